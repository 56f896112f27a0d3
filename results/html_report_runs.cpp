#include "results/configuration.h"
#include "results/finding_records.h"
#include "results/html_report_data.h"
#include "results/record_json.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace yardstick::detail {
namespace {

// Of at most so many runs the page has figures and distributions: the newest, failed ones too, then
// those behind the best rows.
constexpr std::size_t kMostDetails = 1000;
constexpr std::int64_t kNewestDetails = 200;
// Of at most so many it has settings and provenance.
constexpr std::size_t kMostFacts = 30'000;
// Order statistics that stand for a longer series of samples.
constexpr std::size_t kMostPoints = 200;

// Sorted, and thinned to evenly spaced ranks: the page draws distributions, the file keeps samples.
std::string distribution(const SampleSeries& series) {
  std::vector<double> values = series.values;
  std::sort(values.begin(), values.end());
  JsonList points;
  const std::size_t count = std::min(values.size(), kMostPoints);
  for (std::size_t i = 0; i < count; ++i) {
    points.add(page_number(values[count == 1 ? 0 : i * (values.size() - 1) / (count - 1)]));
  }
  return concat("{\"tag\":", json_text(series.tag), ",\"unit\":", json_text(to_string(series.unit)),
                ",\"n\":", series.values.size(), ",\"sorted\":", points.text(), "}");
}

std::string details(const RunRecord& record, PageDictionaries& dictionaries) {
  const OrderedJson json = {{"kind", to_string(record.kind)},
                            {"status", to_string(record.status)},
                            {"reason", record.reason},
                            {"started_at", record.started_at},
                            {"duration_s", record.duration_s},
                            {"model", record.model},
                            {"weights_tag", record.weights_tag},
                            {"methods", display_methods(record.methods)},
                            {"task", record.task},
                            {"split", record.split},
                            {"device", record.device},
                            {"precision", record.precision},
                            {"batch_size", record.batch_size},
                            {"flags", record.flags},
                            {"on_leaderboard", record.on_leaderboard}};
  JsonList figures, samples;
  for (const Measurement& measurement : record.measurements) {
    figures.add(concat("[", dictionaries.quantity(measurement), ",", page_number(measurement.value),
                       ",", page_number(measurement.low), ",", page_number(measurement.high), ",",
                       measurement.n, "]"));
  }
  for (const SampleSeries& series : record.samples) samples.add(distribution(series));
  std::string text = dump(json, -1);
  text.pop_back();
  return concat(text, ",\"id\":", dictionaries.run_ids(record.id),
                ",\"measurements\":", figures.text(), ",\"samples\":", samples.text(), "}");
}

// The numbers of a run's settings and provenance. Many runs have the same texts, so each is parsed
// once.
class Facts {
 public:
  explicit Facts(PageDictionaries& dictionaries) : dictionaries_(dictionaries) {}

  const std::string& settings(const std::string& effective) {
    return of(effective, settings_, [this](const std::string& name, const OrderedJson& setting) {
      const bool has_origin = setting.is_object() && setting.contains("value");
      const std::string origin =
          has_origin && setting.contains("origin") ? plain_text(setting["origin"]) : std::string();
      return dictionaries_.facts("[" + json_text(name) + "," +
                                 json_text(plain_text(has_origin ? setting["value"] : setting)) +
                                 "," + json_text(origin) + "]");
    });
  }

  const std::string& provenance(const std::string& text) {
    return of(text, provenance_, [this](const std::string& name, const OrderedJson& value) {
      return dictionaries_.facts("[" + json_text(name) + "," + json_text(plain_text(value)) + "]");
    });
  }

 private:
  using Known = std::unordered_map<std::string, std::string>;

  template <typename Number>
  static const std::string& of(const std::string& text, Known& known, const Number& number_of) {
    const auto [found, is_new] = known.try_emplace(text);
    if (is_new) {
      JsonList numbers;
      const OrderedJson json = OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false);
      if (json.is_object()) {
        for (const auto& [name, value] : json.items()) {
          numbers.add(std::to_string(number_of(name, value)));
        }
      }
      found->second = numbers.text();
    }
    return found->second;
  }

  PageDictionaries& dictionaries_;
  Known settings_;
  Known provenance_;
};

// Row numbers of the runs to detail, newest first.
std::vector<std::int64_t> runs_to_detail(const Connection& connection, const Leaderboard& board) {
  std::vector<std::int64_t> chosen;
  std::set<std::int64_t> seen;
  const auto add = [&](std::int64_t run) {
    if (chosen.size() < kMostDetails && seen.insert(run).second) chosen.push_back(run);
  };
  const auto add_newest = [&](std::int64_t limit) {
    Statement newest =
        connection.prepare(concat("SELECT run FROM runs WHERE NOT ", is_finding_record(),
                                  " ORDER BY started_at DESC, run DESC LIMIT ?"));
    newest.bind(0, limit);
    while (newest.step()) add(newest.integer(0));
  };
  add_newest(kNewestDetails);
  for (const LeaderboardRow& row : board.rows) {
    if (chosen.size() >= kMostDetails) break;
    for (const std::string& id : row.run_ids) {
      if (const auto run = find_run(connection, id)) add(*run);
    }
  }
  if (chosen.size() < kMostDetails) add_newest(static_cast<std::int64_t>(kMostDetails));
  return chosen;
}

}  // namespace

std::string page_runs(const Connection& connection, const Leaderboard& board,
                      PageDictionaries& dictionaries) {
  std::vector<RunRecord> records;
  for (const std::int64_t run : runs_to_detail(connection, board)) {
    records.push_back(read_run(connection, run, PerSample::kLeftOut));
  }
  std::stable_sort(records.begin(), records.end(), [](const RunRecord& a, const RunRecord& b) {
    return a.started_at > b.started_at;
  });
  JsonList detailed;
  for (const RunRecord& record : records) detailed.add(details(record, dictionaries));

  Facts facts(dictionaries);
  JsonList by_id;
  Statement select =
      connection.prepare("SELECT kind, started_at, effective, provenance FROM runs WHERE id = ?");
  // Adding facts adds no ids.
  const std::vector<std::string>& ids = dictionaries.run_ids.texts();
  for (std::size_t i = 0; i < std::min(ids.size(), kMostFacts); ++i) {
    select.bind(0, std::string_view(ids[i]));
    if (!select.step()) {
      by_id.add("null");
      continue;
    }
    by_id.add(concat("[", json_text(select.text(0)), ",", json_text(select.text(1)), ",",
                     facts.settings(select.text(2)), ",", facts.provenance(select.text(3)), "]"));
    select.reset();
  }
  return concat("{\"detailed\":", detailed.text(), ",\"facts_of\":", by_id.text(), "}");
}

}  // namespace yardstick::detail
