// The gate's answers as continuous integration reads them.

#include "cli/number_text.h"
#include "cli/regress_output.h"

#include <yardstick/error.h>

#include <string_view>

namespace yardstick::cli {
namespace {

std::string xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        // XML 1.0 has no way to write other control characters.
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

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

std::string outcome(const GateCell& cell) {
  const auto element = [](const char* name, const std::string& message) {
    return concat("<", name, " message=\"", xml(message), "\"/>");
  };
  if (cell.has_failed_candidate()) return element("error", first_failure(cell));
  switch (cell.verdict.answer) {
    case GateAnswer::kRegression:
      return element("failure", concat("slower: ", finding_text(cell)));
    case GateAnswer::kNotResolved:
      return element("skipped", concat("not resolved: ", cell.verdict.reason));
    case GateAnswer::kImprovement:
      return concat("<system-out>faster: ", xml(finding_text(cell)), "</system-out>");
    case GateAnswer::kUnchanged:
      break;
  }
  return concat("<system-out>unchanged: ", xml(finding_text(cell)), "</system-out>");
}

}  // namespace

std::string regress_junit(const GateJob& job, const GateReport& report) {
  std::string cases;
  int errors = 0;
  int failures = 0;
  int skipped = 0;
  double all_s = 0;
  for (const GateCell& cell : report.cells) {
    const bool is_error = cell.has_failed_candidate();
    errors += is_error ? 1 : 0;
    failures += !is_error && cell.verdict.answer == GateAnswer::kRegression ? 1 : 0;
    skipped += !is_error && cell.verdict.answer == GateAnswer::kNotResolved ? 1 : 0;
    all_s += measured_s(cell);
    cases += concat("    <testcase classname=\"yardstick.regress.", xml(job.suite.name),
                    "\" name=\"", xml(cell.label), "\" time=\"", with_digits(measured_s(cell), 3),
                    "\">", outcome(cell), "</testcase>\n");
  }
  const std::string counts =
      concat("tests=\"", report.cells.size(), "\" failures=\"", failures, "\" errors=\"", errors,
             "\" skipped=\"", skipped, "\" time=\"", with_digits(all_s, 3), "\"");
  return concat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites ", counts,
                ">\n  <testsuite name=\"", xml(concat("yardstick regress ", job.suite.name)), "\" ",
                counts, ">\n", cases, "  </testsuite>\n</testsuites>\n");
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
