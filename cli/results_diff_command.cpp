#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/number_text.h"
#include "cli/results_options.h"
#include "results/reporters.h"
#include "results/run_diff.h"
#include "results/run_list.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace yardstick::cli {
namespace {

using detail::Align;
using detail::printable;
using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

enum class Lines { kDifferent, kAll };

constexpr std::size_t kMostShown = 60;

// A long value is cut, at its beginning too where the first `skipped` bytes say nothing: `results
// show` has it whole.
std::string short_text(const std::string& text, std::size_t skipped) {
  const auto is_inside = [&text](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  if (text.empty()) return "-";
  if (text.size() <= kMostShown) return text;
  std::size_t begin = std::min(skipped, text.size());
  std::size_t end = std::min(begin + kMostShown, text.size());
  while (is_inside(begin)) --begin;
  while (is_inside(end)) --end;
  return concat(begin > 0 ? "..." : "", text.substr(begin, end - begin),
                end < text.size() ? "..." : "");
}

// How much of two long texts to skip so that their first difference is seen.
std::size_t common_beginning(const std::string& a, const std::string& b) {
  constexpr std::size_t kContext = 20;
  if (a == b || (a.size() <= kMostShown && b.size() <= kMostShown)) return 0;
  const auto common = static_cast<std::size_t>(
      std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  if (common <= kMostShown / 2) return 0;
  const std::size_t blank = a.find(' ', common - kContext);
  return blank < common ? blank + 1 : common - kContext;  // at a word, where there is one
}

std::string with_origin(const std::string& text, const std::string& origin, bool is_needed) {
  return is_needed && !origin.empty() ? concat(text, " (", printable(origin), ")") : text;
}

Rows fact_rows(const std::vector<FactDifference>& facts, Lines lines) {
  Rows rows;
  for (const FactDifference& fact : facts) {
    if (fact.is_equal() && lines == Lines::kDifferent) continue;
    const bool has_two_origins = fact.a_origin != fact.b_origin;
    const std::string a = printable(fact.a);
    const std::string b = printable(fact.b);
    const std::size_t skipped = common_beginning(a, b);
    rows.push_back({fact.is_equal() && !has_two_origins ? " " : "*", printable(fact.name),
                    with_origin(short_text(a, skipped), fact.a_origin, has_two_origins),
                    with_origin(short_text(b, skipped), fact.b_origin, has_two_origins)});
  }
  return rows;
}

std::string overlap_text(const MeasurementDifference& difference) {
  const auto overlap = difference.intervals_overlap();
  if (!overlap) return {};
  return *overlap ? "intervals overlap" : "intervals apart";
}

Rows measurement_rows(const std::vector<MeasurementDifference>& measurements, Lines lines) {
  const auto text = [](const std::optional<Measurement>& measurement) {
    return measurement ? format_measurement(*measurement) : std::string("-");
  };
  Rows rows;
  for (const MeasurementDifference& one : measurements) {
    if (one.is_equal() && lines == Lines::kDifferent) continue;
    const auto relative = one.relative();
    rows.push_back({one.is_equal() ? " " : "*", printable(one.tag), text(one.a), text(one.b),
                    relative ? change_text(1 + *relative) : "", overlap_text(one)});
  }
  return rows;
}

// One table over all sections, so that a column is as wide everywhere.
std::string diff_text(const RunRecord& a, const RunRecord& b, const RunDifference& difference,
                      Lines lines) {
  struct Section {
    const char* title;
    Rows rows;
  };
  const Section sections[] = {{"Run", fact_rows(difference.run, lines)},
                              {"Settings as run", fact_rows(difference.settings, lines)},
                              {"Protocol", fact_rows(difference.protocol, lines)},
                              {"Environment", fact_rows(difference.environment, lines)}};
  std::string text = concat("A  ", printable(a.id), ", ", printable(a.started_at), "\nB  ",
                            printable(b.id), ", ", printable(b.started_at), "\n");
  const auto name = [lines](const Rows& rows) {  // the mark says nothing where all lines differ
    Rows plain = rows;
    if (lines == Lines::kDifferent) {
      for (auto& row : plain) row.erase(row.begin());
    }
    return plain;
  };
  bool is_equal = true;
  for (const Section& section : sections) {
    if (section.rows.empty()) continue;
    is_equal = false;
    std::vector<Align> aligns(lines == Lines::kAll ? 4 : 3, Align::kLeft);
    text += concat("\n", section.title, "\n", detail::lay_out(name(section.rows), aligns, "  "));
  }
  const Rows measurements = measurement_rows(difference.measurements, lines);
  if (!measurements.empty()) {
    is_equal = false;
    std::vector<Align> aligns(lines == Lines::kAll ? 6 : 5, Align::kLeft);
    aligns[aligns.size() - 2] = Align::kRight;
    text +=
        concat("\nMeasurements (B against A)\n", detail::lay_out(name(measurements), aligns, "  "),
               "\nOverlap of two intervals is no test of a difference: `yardstick compare` "
               "makes one.\n");
  }
  if (is_equal) text += "\nThe two do not differ.\n";
  return text;
}

Json facts_json(const std::vector<FactDifference>& facts, Lines lines) {
  Json json = Json::object();
  for (const FactDifference& fact : facts) {
    if (fact.is_equal() && lines == Lines::kDifferent) continue;
    Json one = {{"a", fact.a}, {"b", fact.b}};
    if (!fact.a_origin.empty() || !fact.b_origin.empty()) {
      one["a_origin"] = fact.a_origin;
      one["b_origin"] = fact.b_origin;
    }
    json[fact.name] = std::move(one);
  }
  return json;
}

Json side_json(const std::optional<Measurement>& measurement) {
  if (!measurement) return nullptr;
  const auto number = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
  };
  return {{"value", number(measurement->value)},
          {"low", number(measurement->low)},
          {"high", number(measurement->high)},
          {"unit", to_string(measurement->unit)},
          {"n", measurement->n}};
}

Json diff_json(const RunRecord& a, const RunRecord& b, const RunDifference& difference,
               Lines lines) {
  Json measurements = Json::object();
  for (const MeasurementDifference& one : difference.measurements) {
    if (one.is_equal() && lines == Lines::kDifferent) continue;
    const auto relative = one.relative();
    const auto overlap = one.intervals_overlap();
    measurements[one.tag] = {{"a", side_json(one.a)},
                             {"b", side_json(one.b)},
                             {"relative", relative ? Json(*relative) : Json(nullptr)},
                             {"intervals_overlap", overlap ? Json(*overlap) : Json(nullptr)}};
  }
  return {{"a", {{"id", a.id}, {"started_at", a.started_at}}},
          {"b", {{"id", b.id}, {"started_at", b.started_at}}},
          {"run", facts_json(difference.run, lines)},
          {"settings", facts_json(difference.settings, lines)},
          {"protocol", facts_json(difference.protocol, lines)},
          {"environment", facts_json(difference.environment, lines)},
          {"measurements", std::move(measurements)}};
}

int run(const CommandLine& line, Context& context) {
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  const RunRecord a = store.get(resolve_run_id(store, line.arguments()[0]));
  const RunRecord b = store.get(resolve_run_id(store, line.arguments()[1]));
  const Lines lines = line.has("all") ? Lines::kAll : Lines::kDifferent;
  const RunDifference difference = diff_runs(a, b);
  if (line.has("json")) {
    context.out() << diff_json(a, b, difference, lines)
                         .dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace)
                  << "\n";
  } else {
    context.out() << diff_text(a, b, difference, lines);
  }
  return kOk;
}

}  // namespace

Command results_diff_command() {
  return {
      .name = "results diff",
      .summary = "prints in what two stored runs differ",
      .arguments = "RUN RUN",
      .details =
          "Model, methods, settings as run (with the origin where it differs), protocol, "
          "machine and code side by side, then the measurements with the change of the "
          "second against the first and whether their intervals overlap. That is no test: "
          "`yardstick compare` measures both in turn and makes one. A run is named as for "
          "`results show`.",
      .min_arguments = 2,
      .max_arguments = 2,
      .groups =
          {{"Options",
            {{.name = "all", .help = "also what is equal; a * marks what is not", .letter = 'a'},
             json_option(),
             database_option()}},
           general_options()},
      .examples = {{"yardstick results diff @2 @1", "the newest run against the one before it"},
                   {"yardstick results diff 3fa9c1d2 77b01e4c --all", "every line, by their ids"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
