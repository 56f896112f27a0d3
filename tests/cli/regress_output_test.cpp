#include "cli/regress_output.h"

#include "cli/exit_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace yardstick::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

GateCell cell(const std::string& label, GateAnswer answer, double ratio, std::string reason = {}) {
  GateCell cell;
  cell.label = label;
  cell.tag = "time/inference/step";
  cell.first.runs.sides = {SideRuns{.times = {"baseline", {0.010, 0.011}}},
                           SideRuns{.times = {"candidate", {0.010 * ratio, 0.011 * ratio}}},
                           SideRuns{.times = {"control", {0.010, 0.011}}}};
  cell.verdict.answer = answer;
  cell.verdict.reason = std::move(reason);
  CellJudgement& shown = cell.verdict.shown;
  shown.is_measured = true;
  shown.ratio = ratio;
  shown.interval = {ratio * 0.99, ratio * 1.01};
  shown.p = 4.1e-5;
  shown.limit = 1.01;
  shown.smallest_resolvable = 1.021;
  return cell;
}

GateCell failed_cell() {
  GateCell failed = cell("d", GateAnswer::kNotResolved, 1, "fewer than two processes");
  failed.verdict.shown = {};
  failed.first.runs.sides[1].failures = {"killed by <SIGSEGV>, 100 %"};
  return failed;
}

GateJob job() {
  GateJob job;
  job.suite.name = "nightly & more";
  job.baseline.binary = {"main (3fa9c1d)", "/old/yardstick", "3fa9c1d"};
  job.candidate.binary = {"this program", "/new/yardstick", ""};
  job.profile = gate_profile("verdict");
  return job;
}

GateReport report(std::vector<GateCell> cells) {
  return {.id = "gate-id", .cells = std::move(cells)};
}

GateReport full_report() {
  return report({cell("vit, batch 1", GateAnswer::kRegression, 1.052),
                 cell("b", GateAnswer::kImprovement, 0.9), cell("c", GateAnswer::kUnchanged, 1.001),
                 cell("e", GateAnswer::kNotResolved, 1.02, "hidden"), failed_cell()});
}

TEST(GateReportTest, RegressionsCountMoreThanWhatIsNotResolved) {
  const GateCell regression = cell("a", GateAnswer::kRegression, 1.1);
  const GateCell unresolved = cell("b", GateAnswer::kNotResolved, 1.1);
  const GateCell unchanged = cell("c", GateAnswer::kUnchanged, 1);
  const GateCell improvement = cell("d", GateAnswer::kImprovement, 0.9);

  EXPECT_EQ(report({regression, unresolved, unchanged}).exit_code(), kSomeFailed);
  EXPECT_EQ(report({unchanged, unresolved}).exit_code(), kUnresolved);
  EXPECT_EQ(report({unchanged, improvement}).exit_code(), kOk);
  EXPECT_EQ(report({failed_cell(), unchanged}).exit_code(), kSomeFailed);
  GateReport stopped = report({unchanged});
  stopped.was_stopped = true;
  EXPECT_EQ(stopped.exit_code(), kSomeFailed);
}

// The baseline cannot run what is new in the candidate.
TEST(GateReportTest, AFailingBaselineIsNotResolved) {
  GateCell added = failed_cell();
  added.first.runs.sides[1].failures.clear();
  added.first.runs.sides[0].failures = {"no model is named d"};

  EXPECT_EQ(report({added}).exit_code(), kUnresolved);
}

TEST(RegressTextTest, SaysWhatWasFound) {
  const std::string text = regress_text(job(), full_report());

  EXPECT_THAT(text, AllOf(HasSubstr("main (3fa9c1d)"), HasSubstr("+5.2 % [4.1, 6.3]"),
                          HasSubstr("-10.0 %"), HasSubstr("unchanged (2.1 % would have been seen)"),
                          HasSubstr("not resolved: hidden"),
                          HasSubstr("failed: d, candidate: killed by <SIGSEGV>")));
  EXPECT_THAT(text, HasSubstr("regressions 1, improvements 1, unchanged 1, not resolved 2"));
}

TEST(RegressJsonTest, WritesWhatIsInfiniteAsNull) {
  GateReport gate = full_report();
  gate.cells[0].first.judgement = gate.cells[0].verdict.shown;
  gate.cells[0].first.judgement.smallest_resolvable = std::numeric_limits<double>::infinity();
  const auto json = nlohmann::json::parse(regress_json(job(), gate));

  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["cells"][0]["answer"], "regression");
  EXPECT_EQ(json["cells"][0]["first"]["judgement"]["time_ratio"], 1.052);
  EXPECT_TRUE(json["cells"][0]["first"]["judgement"]["smallest_resolvable_ratio"].is_null());
  EXPECT_TRUE(json["cells"][4]["first"]["judgement"].is_null());
  EXPECT_EQ(json["cells"][4]["first"]["sides"][1]["failures"].size(), 1u);
}

TEST(RegressJunitTest, IsWellFormedWithOneOutcomeACell) {
  const std::string xml = regress_junit(job(), full_report());

  EXPECT_THAT(xml, HasSubstr("tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("yardstick regress nightly &amp; more"));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"slower: +5.2 % [4.1, 6.3], p 4.1e-05\"/>"));
  EXPECT_THAT(xml, HasSubstr("<error message=\"killed by &lt;SIGSEGV&gt;, 100 %\"/>"));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"not resolved: hidden\"/>"));
}

TEST(RegressAnnotationsTest, EscapesAsGitHubReadsThem) {
  const std::string lines = regress_annotations(full_report());

  EXPECT_THAT(lines, HasSubstr("::error title=slower%3A vit%2C batch 1::+5.2 %25 [4.1, 6.3]"));
  EXPECT_THAT(lines, HasSubstr("::notice title=faster%3A b::-10.0 %25"));
  EXPECT_THAT(lines, HasSubstr("::warning title=not resolved%3A e::hidden\n"));
  EXPECT_THAT(lines, HasSubstr("::error title=failed%3A d::killed by <SIGSEGV>, 100 %25\n"));
  EXPECT_THAT(regress_annotations(report({cell("c", GateAnswer::kUnchanged, 1)})), IsEmpty());
}

}  // namespace
}  // namespace yardstick::cli
