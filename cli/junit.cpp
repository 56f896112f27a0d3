#include "cli/junit.h"

#include "cli/number_text.h"

#include <yardstick/error.h>

#include <algorithm>
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

std::string outcome_xml(const JunitCase& test) {
  const auto element = [&test](const char* name) {
    return concat("<", name, " message=\"", xml(test.message), "\"/>");
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
  return concat("<system-out>", xml(test.message), "</system-out>");
}

}  // namespace

std::string junit_document(const std::string& command, const std::string& suite,
                           const std::vector<JunitCase>& cases) {
  std::string elements;
  double all_s = 0;
  for (const JunitCase& test : cases) {
    all_s += test.time_s;
    elements += concat("    <testcase classname=\"yardstick.", command, ".", xml(suite),
                       "\" name=\"", xml(test.name), "\" time=\"", with_digits(test.time_s, 3),
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
                ">\n  <testsuite name=\"yardstick ", command, " ", xml(suite), "\" ", counts, ">\n",
                elements, "  </testsuite>\n</testsuites>\n");
}

}  // namespace yardstick::cli
