#include "cli/junit.h"

#include "cli/number_text.h"
#include "results/cell_text.h"

#include <yardstick/error.h>

#include <algorithm>
#include <string_view>

namespace yardstick::cli {
namespace {

using detail::xml_text;

std::string outcome_xml(const JunitCase& test) {
  const auto element = [&test](const char* name) {
    return concat("<", name, " message=\"", xml_text(test.message), "\"/>");
  };
  switch (test.outcome) {
    case JunitOutcome::kFailure:
      return element("failure");
    case JunitOutcome::kError:
      return element("error");
    case JunitOutcome::kSkipped:
      return element("skipped");
    case JunitOutcome::kPassed:
      break;
  }
  return concat("<system-out>", xml_text(test.message), "</system-out>");
}

}  // namespace

std::string junit_document(const std::string& command, const std::string& suite,
                           const std::vector<JunitCase>& cases) {
  std::string elements;
  double all_s = 0;
  for (const JunitCase& test : cases) {
    all_s += test.time_s;
    elements += concat("    <testcase classname=\"yardstick.", command, ".", xml_text(suite),
                       "\" name=\"", xml_text(test.name), "\" time=\"", with_digits(test.time_s, 3),
                       "\">", outcome_xml(test), "</testcase>\n");
  }
  const auto count = [&cases](JunitOutcome outcome) {
    return std::count_if(cases.begin(), cases.end(),
                         [&](const JunitCase& test) { return test.outcome == outcome; });
  };
  const std::string counts =
      concat("tests=\"", cases.size(), "\" failures=\"", count(JunitOutcome::kFailure),
             "\" errors=\"", count(JunitOutcome::kError), "\" skipped=\"",
             count(JunitOutcome::kSkipped), "\" time=\"", with_digits(all_s, 3), "\"");
  return concat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites ", counts,
                ">\n  <testsuite name=\"yardstick ", command, " ", xml_text(suite), "\" ", counts,
                ">\n", elements, "  </testsuite>\n</testsuites>\n");
}

}  // namespace yardstick::cli
