#include "cli/regress_output.h"
#include "cli/side_json.h"

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

Json gate_side_json(const GateSide& side) {
  return {{"label", side.binary.label},
          {"executable", side.binary.executable},
          {"commit", side.binary.commit},
          {"environment", side.environment}};
}

Json rules_json(const GateRules& rules) {
  return {{"processes", rules.processes},
          {"alpha", rules.alpha},
          {"false_discovery", rules.false_discovery},
          {"smallest_effect", rules.smallest_effect},
          {"spreads", rules.spreads},
          {"must_see", rules.must_see}};
}

Json judgement_json(const CellJudgement& judgement) {
  if (!judgement.is_measured) return nullptr;
  return {{"time_ratio", judgement.ratio},
          {"low", judgement.interval.low},
          {"high", judgement.interval.high},
          {"p", judgement.p},
          {"adjusted_p", judgement.adjusted_p},
          {"limit_ratio", judgement.limit},
          {"smallest_resolvable_ratio", finite_or_null(judgement.smallest_resolvable)},
          {"control_ratio", judgement.control_ratio},
          {"control_p", judgement.control_p},
          {"control_spread", judgement.spread},
          {"alarm", judgement.has_alarm},
          {"control_alarm", judgement.has_control_alarm}};
}

Json stage_json(const StageRuns& stage, std::int64_t batch) {
  Json json{{"comparison", stage.runs.id},
            {"judgement", judgement_json(stage.judgement)},
            {"sides", Json::array()}};
  for (const SideRuns& side : stage.runs.sides) json["sides"].push_back(side_json(side, batch));
  return json;
}

Json cell_json(const GateCell& cell) {
  return {
      {"cell", cell.label},
      {"batch", cell.batch},
      {"tag", cell.tag},
      {"answer", to_string(cell.verdict.answer)},
      {"reason", cell.verdict.reason},
      {"first", stage_json(cell.first, cell.batch)},
      {"confirmation", cell.confirmation ? stage_json(*cell.confirmation, cell.batch) : Json()}};
}

}  // namespace

std::string regress_json(const GateJob& job, const GateReport& report) {
  Json json{{"gate", report.id},
            {"suite", job.suite.name},
            {"protocol", job.suite.protocol},
            {"profile", job.profile.name},
            {"seed", job.seed},
            {"baseline", gate_side_json(job.baseline)},
            {"candidate", gate_side_json(job.candidate)},
            {"rules",
             {{"first", rules_json(job.profile.first)},
              {"confirmation", rules_json(job.profile.confirmation)}}},
            {"interrupted", report.was_stopped},
            {"exit_code", report.exit_code()},
            {"regressions", report.count(GateAnswer::kRegression)},
            {"improvements", report.count(GateAnswer::kImprovement)},
            {"unchanged", report.count(GateAnswer::kUnchanged)},
            {"not_resolved", report.count(GateAnswer::kNotResolved)},
            {"cells", Json::array()}};
  for (const GateCell& cell : report.cells) json["cells"].push_back(cell_json(cell));
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

}  // namespace yardstick::cli
