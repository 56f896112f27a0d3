#include "results/configuration.h"
#include "results/html_report_data.h"
#include "results/leaderboard_layout.h"
#include "results/record_json.h"
#include "results/tied_rows.h"

#include <yardstick/error.h>
#include <yardstick/sha256.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

namespace yardstick::detail {
namespace {

// One column: a list, or the value alone where all are equal.
class Column {
 public:
  void add(std::string json) {
    if (count_++ == 0) {
      first_ = json;
    } else if (json != first_) {
      is_constant_ = false;
    }
    list_.add(json);
  }
  std::string text() const { return is_constant_ ? first_ : list_.text(); }

 private:
  std::string first_ = "null";
  JsonList list_;
  std::size_t count_ = 0;
  bool is_constant_ = true;
};

// The figures of one tag. Rows without it are not listed.
struct Figures {
  JsonList rows;
  std::size_t count = 0;
  Column quantity, n, batch, is_bench;
  JsonList values;
  Column low, high;
};

// What names a row in a link that outlives the page: its configuration, hashed.
std::string key_of(const LeaderboardRow& row) {
  return sha256_hex(concat(row.model, '\n', row.params, '\n', row.methods, '\n', row.weights, '\n',
                           row.task, '\n', row.split, '\n', row.data, '\n', row.device, '\n',
                           row.device_name, '\n', row.precision, '\n', row.threads, '\n',
                           row.protocol))
      .substr(0, 10);
}

std::string member(const char* name, const std::string& json) {
  return concat(",\"", name, "\":", json);
}

}  // namespace

std::size_t Dictionary::operator()(const std::string& text) {
  const auto [found, is_new] = numbers_.try_emplace(text, texts_.size());
  if (is_new) texts_.push_back(text);
  return found->second;
}

std::size_t PageDictionaries::quantity(const Measurement& measurement) {
  std::string key = measurement.tag;
  for (const std::string_view part : {to_string(measurement.unit), to_string(measurement.direction),
                                      std::string_view(measurement.about)}) {
    key += '\n';
    key += part;
  }
  const auto [known, is_new] = known_quantities.try_emplace(std::move(key));
  if (is_new) {
    known->second = quantities(
        concat("[", json_text(measurement.tag), ",", json_text(to_string(measurement.unit)), ",",
               json_text(to_string(measurement.direction)), ",", texts(measurement.about), "]"));
  }
  return known->second;
}

std::string page_number(double value) {
  if (std::isnan(value)) return "\"nan\"";
  if (std::isinf(value)) return value > 0 ? "\"inf\"" : "\"-inf\"";
  char text[40];
  const bool is_whole = value == std::floor(value) && std::abs(value) < 1e15;
  const auto end = is_whole
                       ? std::to_chars(text, std::end(text), static_cast<std::int64_t>(value))
                       : std::to_chars(text, std::end(text), value, std::chars_format::general, 9);
  return {text, end.ptr};
}

std::string page_number(const std::optional<double>& value) {
  return value ? page_number(*value) : "null";
}

std::string json_text(std::string_view text) {
  // Most texts are plain, and there are hundreds of thousands.
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (!is_plain) return dump(OrderedJson(std::string(text)), -1);
  std::string quoted = "\"";
  quoted += text;
  return quoted += '"';
}

void JsonList::add(std::string_view json) {
  if (!body_.empty()) body_ += ',';
  body_ += json;
}

std::string page_rows(const Leaderboard& board, PageDictionaries& dictionaries) {
  std::map<std::string, Column> fields;
  std::map<std::string, Figures> figures;
  JsonList keys, runs;
  const MethodTexts methods = method_texts(board.rows);
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const LeaderboardRow& row = board.rows[i];
    const auto add = [&](const char* name, const std::string& text) {
      fields[name].add(std::to_string(dictionaries.texts(text)));
    };
    add("model", row.model);
    add("family", row.family);
    add("params", display_params(row.params));
    add("weights", row.weights);
    add("methods", methods.text(row.methods));
    add("task", row.task);
    add("split", row.split);
    add("data", row.data);
    add("device", row.device);
    add("device_name", row.device_name);
    add("precision", row.precision);
    add("threads", row.threads > 0 ? std::to_string(row.threads) : "");
    add("protocol", row.protocol);
    add("newest", row.newest);
    add("flags", dump(OrderedJson(row.flags), -1));
    keys.add(json_text(key_of(row)));
    JsonList ids;
    for (const std::string& id : row.run_ids) ids.add(std::to_string(dictionaries.run_ids(id)));
    runs.add(ids.text());
    for (const auto& [tag, value] : row.values) {
      Figures& column = figures[tag];
      const auto batch = row.batch.find(tag);
      column.rows.add(std::to_string(i));
      ++column.count;
      column.quantity.add(std::to_string(dictionaries.quantity(value)));
      column.values.add(page_number(value.value));
      column.low.add(page_number(value.low));
      column.high.add(page_number(value.high));
      column.n.add(std::to_string(value.n));
      column.batch.add(std::to_string(batch == row.batch.end() ? 0 : batch->second));
      column.is_bench.add(batch == row.batch.end() ? "0" : "1");
    }
  }
  std::string json =
      concat("{\"count\":", board.rows.size(), ",\"key\":", keys.text(), ",\"runs\":", runs.text());
  for (const auto& [name, column] : fields) json += member(name.c_str(), column.text());
  JsonList by_tag;
  for (const auto& [tag, column] : figures) {
    const bool is_complete = column.count == board.rows.size();
    by_tag.add(concat("{\"tag\":", json_text(tag),
                      ",\"row\":", is_complete ? "null" : column.rows.text(),
                      ",\"quantity\":", column.quantity.text(), ",\"value\":", column.values.text(),
                      ",\"low\":", column.low.text(), ",\"high\":", column.high.text(),
                      ",\"n\":", column.n.text(), ",\"batch\":", column.batch.text(),
                      ",\"bench\":", column.is_bench.text(), "}"));
  }
  return json + member("figures", by_tag.text()) + "}";
}

std::string page_ties(const Leaderboard& board, const ResultStore* store) {
  JsonList list;
  for (const TiedRows& tied : tied_rows(board, store)) {
    JsonList groups;
    for (const std::vector<std::size_t>& group : tied.groups) {
      JsonList rows;
      for (const std::size_t row : group) rows.add(std::to_string(row));
      groups.add(rows.text());
    }
    JsonList pairs;
    for (const PairedRows& pair : tied.pairs) {
      JsonList numbers;
      for (const auto number :
           {static_cast<std::int64_t>(pair.first), static_cast<std::int64_t>(pair.second),
            pair.samples, pair.only_first, pair.only_second}) {
        numbers.add(std::to_string(number));
      }
      for (const double number :
           {pair.p, pair.adjusted_p, pair.difference.interval.low, pair.difference.interval.high}) {
        char text[32];
        const auto end = std::to_chars(text, std::end(text), number, std::chars_format::general, 4);
        numbers.add(std::string_view(text, static_cast<std::size_t>(end.ptr - text)));
      }
      pairs.add(numbers.text());
    }
    list.add(concat("{\"tag\":", json_text(tied.tag), ",\"groups\":", groups.text(),
                    ",\"pairs\":", pairs.text(), "}"));
  }
  return list.text();
}

}  // namespace yardstick::detail
