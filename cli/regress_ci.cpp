// The gate's answers as continuous integration reads them.

#include "cli/junit.h"
#include "cli/regress_output.h"

#include <yardstick/error.h>

#include <string_view>
#include <vector>

namespace yardstick::cli {
namespace {

// Message of a workflow command; properties have two more characters that count.
std::string command_data(std::string_view text, bool is_property) {
  std::string escaped;
  for (const char c : text) {
    const bool counts =
        c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    if (!counts) {
      escaped += c;
      continue;
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    const auto code = static_cast<unsigned char>(c);
    escaped += '%';
    escaped += kDigits[code >> 4];
    escaped += kDigits[code & 15];
  }
  return escaped;
}

std::string annotation(std::string_view level, const std::string& title, const std::string& text) {
  return concat("::", level, " title=", command_data(title, true), "::", command_data(text, false),
                "\n");
}

std::string first_failure(const GateCell& cell) {
  const auto& failures = cell.first.candidate().failures;
  return failures.empty() ? cell.confirmation->candidate().failures.front() : failures.front();
}

// Of all processes of the cell.
double measured_s(const GateCell& cell) {
  double sum = 0;
  const auto add = [&sum](const StageRuns& stage) {
    for (const SideRuns& side : stage.runs.sides) sum += side.duration_s;
  };
  add(cell.first);
  if (cell.confirmation) add(*cell.confirmation);
  return sum;
}

JunitCase junit_case(const GateCell& cell) {
  JunitCase test{.name = cell.label, .time_s = measured_s(cell)};
  if (cell.has_failed_candidate()) {
    test.outcome = JunitOutcome::kError;
    test.message = first_failure(cell);
    return test;
  }
  switch (cell.verdict.answer) {
    case GateAnswer::kRegression:
      test.outcome = JunitOutcome::kFailure;
      test.message = concat("slower: ", finding_text(cell));
      break;
    case GateAnswer::kNotResolved:
      test.outcome = JunitOutcome::kSkipped;
      test.message = concat("not resolved: ", cell.verdict.reason);
      break;
    case GateAnswer::kImprovement:
      test.message = concat("faster: ", finding_text(cell));
      break;
    case GateAnswer::kUnchanged:
      test.message = concat("unchanged: ", finding_text(cell));
      break;
  }
  return test;
}

}  // namespace

std::string regress_junit(const GateJob& job, const GateReport& report) {
  std::vector<JunitCase> cases;
  for (const GateCell& cell : report.cells) cases.push_back(junit_case(cell));
  return junit_document("regress", job.suite.name, cases);
}

std::string regress_annotations(const GateReport& report) {
  std::string text;
  for (const GateCell& cell : report.cells) {
    if (cell.has_failed_candidate()) {
      text += annotation("error", concat("failed: ", cell.label), first_failure(cell));
      continue;
    }
    if (cell.verdict.answer == GateAnswer::kRegression) {
      text += annotation("error", concat("slower: ", cell.label), finding_text(cell));
    } else if (cell.verdict.answer == GateAnswer::kImprovement) {
      text += annotation("notice", concat("faster: ", cell.label), finding_text(cell));
    } else if (cell.verdict.answer == GateAnswer::kNotResolved) {
      text += annotation("warning", concat("not resolved: ", cell.label), cell.verdict.reason);
    }
  }
  return text;
}

}  // namespace yardstick::cli
