#include "results/badge.h"

#include "results/cell_text.h"
#include "results/configuration.h"
#include "results/leaderboard_layout.h"
#include "results/record_json.h"
#include "results/reporters.h"
#include "results/tag_title.h"
#include "results/text_layout.h"

#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/version.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <set>
#include <string_view>

namespace yardstick {
namespace {

using detail::joined;
using detail::printable;

struct Rgb {
  int red = 0, green = 0, blue = 0;
};

struct NamedColor {
  const char* name;
  Rgb rgb;
};
constexpr NamedColor kColors[] = {
    {"blue", {11, 99, 176}},    {"brightgreen", {60, 190, 20}}, {"green", {40, 125, 50}},
    {"yellow", {222, 178, 20}}, {"orange", {232, 119, 34}},     {"red", {200, 45, 40}},
    {"grey", {85, 85, 85}},     {"lightgrey", {160, 160, 160}},
};
constexpr Rgb kLabelColor = {85, 85, 85};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Rgb parse_color(const std::string& text) {
  std::vector<std::string> names;
  for (const NamedColor& color : kColors) {
    if (text == color.name) return color.rgb;
    names.emplace_back(color.name);
  }
  std::vector<int> digits;
  for (const char c : std::string_view(text).substr(text.starts_with('#') ? 1 : 0)) {
    digits.push_back(hex_digit(c));
  }
  const bool is_hex = std::none_of(digits.begin(), digits.end(), [](int d) { return d < 0; });
  if (is_hex && digits.size() == 3) return {digits[0] * 17, digits[1] * 17, digits[2] * 17};
  if (is_hex && digits.size() == 6) {
    return {digits[0] * 16 + digits[1], digits[2] * 16 + digits[3], digits[4] * 16 + digits[5]};
  }
  const std::string near = suggestion(text, names);
  throw_user(concat("\"", text, "\" is no colour"),
             near.empty() ? concat("write it as #1a2b3c, or as ", joined(names, ", ")) : near);
}

std::string to_hex(const Rgb& color) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "#";
  for (const int part : {color.red, color.green, color.blue}) {
    text += kDigits[part / 16];
    text += kDigits[part % 16];
  }
  return text;
}

// Relative luminance (WCAG 2).
double luminance(const Rgb& color) {
  const auto linear = [](int part) {
    const double share = part / 255.0;
    return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

// The one of white and black that is easier to read on it.
const char* text_color(const Rgb& background) {
  const double light = luminance(background);
  const double against_white = 1.05 / (light + 0.05), against_black = (light + 0.05) / 0.05;
  return against_white >= against_black ? "#fff" : "#000";
}

// Widths of the printable characters of ASCII in 1/1000 of the font size, measured on DejaVu Sans,
// whose widths are about Verdana's. A viewer with another font is told to fit the text to them.
constexpr std::array<std::uint16_t, 95> kWidths = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};
constexpr int kFontPx = 11;

int width_px(std::string_view text) {
  int thousandths = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      thousandths += kWidths[byte - 0x20];
    } else if (byte >= 0xe0) {  // begins three bytes or four: as wide as high
      thousandths += 1000;
    } else if (byte >= 0xc0) {  // two
      thousandths += 640;
    }
  }
  return (thousandths * kFontPx + 500) / 1000;
}

std::string text_element(int x, const std::string& text, const Rgb& background) {
  return concat("    <text x=\"", x, "\" y=\"14\" textLength=\"", width_px(text), "\" fill=\"",
                text_color(background), "\">", detail::xml_text(text), "</text>\n");
}

// Rows that are ranked first, one of each task and its data.
std::vector<const LeaderboardRow*> best_rows(const Leaderboard& board) {
  std::vector<const LeaderboardRow*> best;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const bool is_first = detail::begins_section(board, i);
    if (is_first && board.rows[i].rank > 0) best.push_back(&board.rows[i]);
  }
  return best;
}

void require_one_section(const std::vector<const LeaderboardRow*>& best, const std::string& tag) {
  if (best.empty()) throw_user(concat("no row has a value of ", tag));
  if (best.size() == 1) return;
  std::set<std::string> tasks, data;
  for (const LeaderboardRow* row : best) {
    tasks.insert(detail::contest_title(*row));
    data.insert(row->data);
  }
  if (tasks.size() == 1) {
    throw_user(
        concat("the rows are scored on ", data.size(), " versions of the data of ", *tasks.begin()),
        concat("choose one with --filter 'data=", *data.begin(), "'"));
  }
  throw_user(concat("the rows are of several tasks: ",
                    joined(std::vector<std::string>(tasks.begin(), tasks.end()), ", ")),
             concat("choose one with --task ", best.front()->task));
}

void require_a_best(const Leaderboard& board, const std::string& tag) {
  std::set<double> values;
  bool is_neutral = false;
  for (const LeaderboardRow& row : board.rows) {
    const auto found = row.values.find(tag);
    if (found == row.values.end() || std::isnan(found->second.value)) continue;
    values.insert(found->second.value);
    is_neutral = is_neutral || found->second.direction == Direction::kNeutral;
  }
  if (is_neutral && values.size() > 1) {
    throw_user(
        concat("no value of ", tag, " is better than another, and there are ", values.size()),
        "choose a row, as with --filter model=NAME");
  }
}

// What the badge has no room for.
std::string story(const LeaderboardRow& row, const std::string& tag) {
  std::vector<std::string> parts = {concat(tag, " of ", row.model)};
  const std::string methods = detail::display_methods(row.methods);
  if (!methods.empty()) parts.back() += concat(" with ", methods);
  if (!row.task.empty()) parts.back() += concat(" on ", detail::contest_title(row));
  parts.push_back(row.device_name.empty() ? row.device : row.device_name);
  parts.push_back(row.precision);
  if (const auto batch = row.batch.find(tag); batch != row.batch.end() && batch->second > 0) {
    parts.push_back(concat("batch ", batch->second));
  }
  parts.insert(parts.end(), row.flags.begin(), row.flags.end());
  parts.push_back(concat("Yardstick ", YARDSTICK_VERSION));
  parts.push_back(row.newest.substr(0, 10));
  return joined(parts, ", ");
}

}  // namespace

Badge leaderboard_badge(const Leaderboard& board, const BadgeStyle& style) {
  const std::string& tag = board.query.sort;
  const std::vector<const LeaderboardRow*> best = best_rows(board);
  require_one_section(best, tag);
  require_a_best(board, tag);
  parse_color(style.color);
  const LeaderboardRow& row = *best.front();
  Measurement shown = row.values.at(tag);
  std::string message = format_measurement(shown);
  if (!style.has_interval) {
    MeasurementText text = measurement_text(shown);
    text.unit = unit_with_item(text.unit, shown);
    message = concat(text.value, text.unit.empty() ? "" : " ", text.unit);
  }
  return {.label = printable(style.label.empty() ? tag_title(tag) : style.label),
          .message = printable(message),
          .color = style.color,
          .about = printable(story(row, tag))};
}

std::string badge_svg(const Badge& badge) {
  constexpr int kMargin = 6;  // px, beside a text
  const Rgb color = parse_color(badge.color);
  const int left = width_px(badge.label) + 2 * kMargin;
  const int right = width_px(badge.message) + 2 * kMargin;
  const std::string title = detail::xml_text(concat(badge.label, ": ", badge.message));
  return concat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", left + right,
      "\" height=\"20\" role=\"img\" aria-label=\"", title, "\">\n  <title>", title,
      "</title>\n  <desc>", detail::xml_text(badge.about), "</desc>\n",
      // Rounded by their own outlines: a clip path's name could meet another badge's on a page.
      "  <path fill=\"", to_hex(kLabelColor), "\" d=\"M", left,
      " 0H3a3 3 0 0 0-3 3v14a3 3 0 0 0 3 3h", left - 3, "z\"/>\n  <path fill=\"", to_hex(color),
      "\" d=\"M", left, " 0h", right - 3, "a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H", left, "z\"/>\n",
      "  <g font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"", kFontPx, "\">\n",
      text_element(kMargin, badge.label, kLabelColor),
      text_element(left + kMargin, badge.message, color), "  </g>\n</svg>\n");
}

std::string badge_json(const Badge& badge) {
  const detail::OrderedJson json = {{"schemaVersion", 1},
                                    {"label", badge.label},
                                    {"message", badge.message},
                                    {"color", badge.color}};
  return detail::dump(json, 2) + "\n";
}

}  // namespace yardstick
