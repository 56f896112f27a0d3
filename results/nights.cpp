#include "results/nights.h"

#include "results/finding_records.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kAnswers = {FindingAnswer::kSlower, FindingAnswer::kFaster,
                                 FindingAnswer::kNotConfirmed, FindingAnswer::kNotResolved};

Json to_json(const HistoryFinding& finding) {
  return {{"cell", finding.cell},
          {"device", finding.device},
          {"since", finding.since},
          {"before_commit", finding.before_commit},
          {"after_commit", finding.after_commit},
          {"before", finding.before},
          {"after", finding.after},
          {"points", finding.points},
          {"relative_noise", finding.relative_noise},
          {"answer", to_string(finding.answer)},
          {"reason", finding.reason},
          {"ratio", finding.ratio},
          {"low", finding.interval.low},
          {"high", finding.interval.high},
          {"p", finding.p ? Json(*finding.p) : Json()},
          {"against", finding.against},
          {"processes", finding.processes},
          {"runs", finding.runs}};
}

HistoryFinding from_json(const Json& json, const std::string& night) {
  HistoryFinding finding{.cell = json.at("cell"),
                         .device = json.at("device"),
                         .night = night,
                         .since = json.at("since"),
                         .before_commit = json.at("before_commit"),
                         .after_commit = json.at("after_commit"),
                         .before = json.at("before"),
                         .after = json.at("after"),
                         .points = json.at("points"),
                         .relative_noise = json.at("relative_noise"),
                         .reason = json.at("reason"),
                         .ratio = json.at("ratio"),
                         .interval = {json.at("low"), json.at("high")},
                         .against = json.at("against"),
                         .processes = json.at("processes"),
                         .runs = json.at("runs")};
  for (const FindingAnswer answer : kAnswers) {
    if (json.at("answer") == to_string(answer)) finding.answer = answer;
  }
  if (!json.at("p").is_null()) finding.p = json.at("p").get<double>();
  return finding;
}

std::string key(const char* name) { return concat("json_extract(provenance, '$.", name, "')"); }

}  // namespace

std::vector<StoredNight> stored_nights(const ResultStore& store, const std::string& suite) {
  detail::Statement select = store.impl().connection.prepare(concat(
      "SELECT coalesce(", key(kNightKey), ", ''), started_at, ", key(kFindingsKey),
      " FROM runs WHERE model = ? AND ", detail::is_finding_record(kFindingsKey), " ORDER BY run"));
  select.bind(0, std::string_view(suite));
  std::vector<StoredNight> nights;
  while (select.step()) {
    StoredNight night{.night = select.text(0), .started_at = select.text(1)};
    try {
      for (const Json& finding : Json::parse(select.text(2))) {
        night.findings.push_back(from_json(finding, night.night));
      }
    } catch (const Json::exception&) {
      continue;  // another version's, or none at all: its changes are looked at again
    }
    nights.push_back(std::move(night));
  }
  return nights;
}

std::string findings_json(const std::vector<HistoryFinding>& findings) {
  Json json = Json::array();
  for (const HistoryFinding& finding : findings) json.push_back(to_json(finding));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace yardstick
