#include "cli/compare_output.h"
#include "cli/side_json.h"

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

Json pair_json(const SpeedPair& pair, const std::string& side, const std::string& reference) {
  return {{"side", side},
          {"reference", reference},
          {"speed_ratio", pair.speed_ratio},
          {"low", pair.interval.low},
          {"high", pair.interval.high},
          {"coverage", pair.coverage},
          {"p", pair.p},
          {"adjusted_p", pair.adjusted_p},
          {"verdict", to_string(pair.verdict)},
          {"smallest_resolvable_ratio", finite_or_null(pair.smallest_resolvable)}};
}

Json accuracy_json(const AccuracyPair& pair, const std::vector<SideRuns>& sides) {
  const PairedOutcomes& outcomes = pair.outcomes;
  return {{"side", sides[pair.side].times.name},
          {"reference", sides[pair.reference].times.name},
          {"runs", {pair.side_run, pair.reference_run}},
          {"samples", outcomes.samples},
          {"unpaired_samples", outcomes.unpaired},
          {"only_side_right", outcomes.only_side},
          {"only_reference_right", outcomes.only_reference},
          {"difference", outcomes.difference.difference},
          {"low", outcomes.difference.interval.low},
          {"high", outcomes.difference.interval.high},
          {"p", outcomes.p}};
}

}  // namespace

std::string compare_json(const CompareReport& report) {
  const CompareJob& job = report.job;
  const auto& sides = report.runs.sides;
  Json json{{"comparison", report.runs.id},
            {"tag", job.tag},
            {"batch", job.batch},
            {"profile", report.profile},
            {"protocol", job.protocol},
            {"processes", job.processes},
            {"level", report.alpha},
            {"seed", job.seed},
            {"interrupted", report.runs.was_stopped}};
  // Of two sides there is one answer; where more are compared, each pair has its own.
  if (sides.size() == 2 && report.speed.pairs.size() == 1) {
    json["verdict"] = to_string(report.speed.pairs.front().verdict);
  }
  json["sides"] = Json::array();
  for (std::size_t i = 0; i < sides.size(); ++i) {
    Json side = side_json(sides[i], job.batch);
    side["tied"] = report.speed.letters[i];
    json["sides"].push_back(std::move(side));
  }
  json["pairs"] = Json::array();
  for (const SpeedPair& pair : report.speed.pairs) {
    json["pairs"].push_back(
        pair_json(pair, sides[pair.side].times.name, sides[pair.reference].times.name));
  }
  json["control"] = nullptr;
  if (report.control) {
    json["control"] = pair_json(*report.control, "control", sides.front().times.name);
    json["control"]["measured"] = side_json(*report.runs.control, job.batch);
  }
  json["accuracy"] = Json::array();
  for (const AccuracyPair& pair : report.accuracy) {
    json["accuracy"].push_back(accuracy_json(pair, sides));
  }
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace yardstick::cli
