// A night's answers for programs: JSON, and JUnit XML.

#include "cli/junit.h"
#include "cli/nightly_output.h"
#include "cli/number_text.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* state_text(AlarmState state) {
  switch (state) {
    case AlarmState::kNone:
      return "none";
    case AlarmState::kNew:
      return "new";
    case AlarmState::kGrown:
      return "grown";
    case AlarmState::kKnown:
      return "known";
    case AlarmState::kWaiting:
      break;
  }
  return "waiting";
}

Json finding_json(const std::optional<HistoryFinding>& finding) {
  if (!finding) return nullptr;
  Json json{{"night", finding->night},
            {"answer", to_string(finding->answer)},
            {"reason", finding->reason},
            {"since", finding->since},
            {"before_commit", finding->before_commit},
            {"after_commit", finding->after_commit},
            {"before", finding->before},
            {"after", finding->after},
            {"against", finding->against.empty() ? Json() : Json(finding->against)},
            {"processes", finding->processes},
            {"time_ratio", nullptr},
            {"low", nullptr},
            {"high", nullptr},
            {"p", finding->p ? Json(*finding->p) : Json()},
            {"runs", finding->runs}};
  if (finding->ratio > 0) {
    json["time_ratio"] = finding->ratio;
    json["low"] = finding->interval.low;
    json["high"] = finding->interval.high;
  }
  return json;
}

Json cell_json(const NightCell& cell) {
  Json json{{"cell", cell.label},
            {"alarm", state_text(cell.state)},
            {"finding", finding_json(cell.finding)},
            {"nights", nullptr},
            {"level", nullptr},
            {"relative_noise", nullptr},
            {"ok", cell.result.ok},
            {"missing", cell.result.missing},
            {"failures", cell.result.failures},
            {"runs", cell.result.run_ids}};
  if (cell.series) {
    json["nights"] = cell.series->points.size();
    json["level"] = cell.series->newest_level;
    json["relative_noise"] = cell.series->relative_noise;
  }
  return json;
}

std::string change_line(const HistoryFinding& finding) {
  std::string text(to_string(finding.answer));
  if (finding.ratio > 0) text += concat(" by ", change_text(finding.ratio));
  if (!finding.reason.empty()) text += ": " + finding.reason;
  return text;
}

JunitCase junit_case(const NightCell& cell) {
  JunitCase test{.name = cell.label, .time_s = cell.result.duration_s};
  if (cell.has_failed()) {
    test.outcome = JunitOutcome::kError;
    test.message = cell.result.failures.empty() ? "not run" : cell.result.failures.front();
  } else if (cell.is_news(FindingAnswer::kSlower)) {
    test.outcome = JunitOutcome::kFailure;
    test.message = change_line(*cell.finding);
  } else if (cell.is_news(FindingAnswer::kNotResolved)) {
    test.outcome = JunitOutcome::kSkipped;
    test.message = change_line(*cell.finding);
  } else if (cell.state == AlarmState::kKnown) {
    test.message = concat(change_line(*cell.finding), ", known since ", cell.finding->night);
  } else if (cell.finding) {
    test.message = change_line(*cell.finding);
  } else {
    test.message = "no change";
  }
  return test;
}

}  // namespace

std::string nightly_json(const NightlyReport& report) {
  Json json{{"night", report.night},
            {"suite", report.suite.name},
            {"exit_code", report.exit_code()},
            {"slower", report.count(FindingAnswer::kSlower)},
            {"faster", report.count(FindingAnswer::kFaster)},
            {"failed", report.failed()},
            {"not_resolved", report.count(FindingAnswer::kNotResolved)},
            {"interrupted", report.was_stopped},
            {"cells", Json::array()}};
  for (const NightCell& cell : report.cells) json["cells"].push_back(cell_json(cell));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string nightly_junit(const NightlyReport& report) {
  std::vector<JunitCase> cases;
  for (const NightCell& cell : report.cells) cases.push_back(junit_case(cell));
  return junit_document("nightly", report.suite.name, cases);
}

}  // namespace yardstick::cli
