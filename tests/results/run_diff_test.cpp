#include "results/run_diff.h"

#include "results/record_contents.h"
#include "tests/results/sample_records.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace yardstick {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const FactDifference& fact(const std::vector<FactDifference>& facts, const std::string& name) {
  for (const FactDifference& one : facts) {
    if (one.name == name) return one;
  }
  throw std::runtime_error("no fact " + name);
}

const MeasurementDifference& figure(const RunDifference& difference, const std::string& tag) {
  for (const MeasurementDifference& one : difference.measurements) {
    if (one.tag == tag) return one;
  }
  throw std::runtime_error("no figure " + tag);
}

TEST(RunDiffTest, FindsNoDifferenceBetweenARunAndItself) {
  const RunDifference difference = diff_runs(test::full_record(1), test::full_record(1));

  for (const auto* facts :
       {&difference.run, &difference.settings, &difference.protocol, &difference.environment}) {
    for (const FactDifference& one : *facts) EXPECT_TRUE(one.is_equal()) << one.name;
  }
  for (const auto& one : difference.measurements) EXPECT_TRUE(one.is_equal()) << one.tag;
}

TEST(RunDiffTest, SetsFactsSideBySide) {
  RunRecord a = test::bench_record(1, "vit_test", 32, 300, 0.1);
  RunRecord b = test::bench_record(2, "vit_test", 64, 330, 0.1);
  a.effective = R"({"seed":{"value":1,"origin":"default"},"only_a":{"value":"x","origin":"flag"}})";
  b.effective = R"({"seed":{"value":1,"origin":"flag"}})";
  b.methods = R"([{"name":"tome","params":{"r":8}}])";
  a.provenance["protocol"] = "1/default";
  b.provenance["protocol"] = "1/smoke";
  b.provenance["git_commit"] = "0123abcd";

  const RunDifference difference = diff_runs(a, b);

  EXPECT_EQ(fact(difference.run, "batch").a, "32");
  EXPECT_EQ(fact(difference.run, "batch").b, "64");
  EXPECT_EQ(fact(difference.run, "methods").b, "tome(r=8)");
  EXPECT_TRUE(fact(difference.run, "model").is_equal());
  EXPECT_TRUE(fact(difference.settings, "seed").is_equal());
  EXPECT_EQ(fact(difference.settings, "seed").b_origin, "flag");
  EXPECT_EQ(fact(difference.settings, "only_a").a, "x");
  EXPECT_EQ(fact(difference.settings, "only_a").b, "");
  EXPECT_EQ(fact(difference.protocol, "protocol").b, "1/smoke");
  EXPECT_EQ(fact(difference.environment, "git_commit").b, "0123abcd");
}

TEST(RunDiffTest, ComparesFigures) {
  const RunDifference difference = diff_runs(test::bench_record(1, "vit_test", 32, 300, 0.1),
                                             test::bench_record(2, "vit_test", 32, 330, 0.1005));

  const auto& throughput = figure(difference, "throughput/inference/images");
  EXPECT_NEAR(*throughput.relative(), 0.1, 1e-12);
  EXPECT_EQ(throughput.intervals_overlap(), false);
  const auto& latency = figure(difference, "latency/inference/median");
  EXPECT_EQ(latency.intervals_overlap(), true);
  const auto& params = figure(difference, "params/total");
  EXPECT_TRUE(params.is_equal());
  EXPECT_EQ(params.intervals_overlap(), std::nullopt);
}

TEST(RunDiffTest, SaysNothingOfAChangeThatHasNoSize) {
  RunRecord a = test::bench_record(1, "vit_test", 32, 300, 0.1);
  RunRecord b = a;
  a.measurements[0].value = 0;
  a.measurements[1].value = std::numeric_limits<double>::quiet_NaN();
  b.measurements.pop_back();
  b.measurements.push_back(test::measured("extra", 1, Unit::kNone, Direction::kNeutral));

  const RunDifference difference = diff_runs(a, b);

  EXPECT_EQ(difference.measurements[0].relative(), std::nullopt);
  EXPECT_EQ(difference.measurements[1].relative(), std::nullopt);
  EXPECT_FALSE(figure(difference, "params/total").b.has_value());
  EXPECT_FALSE(figure(difference, "extra").a.has_value());
  EXPECT_FALSE(figure(difference, "extra").is_equal());
}

TEST(RecordContentsTest, SaysHowSamplesAndOutcomesLie) {
  RunRecord record = test::full_record(1);
  record.samples = {{"time/step", Unit::kSeconds, {0.004, 0.001, 0.003, 0.002, 0.005}},
                    {"none", Unit::kNone, {}},
                    {"broken", Unit::kNone, {std::numeric_limits<double>::quiet_NaN()}}};

  const std::string text = record_contents_text(record);

  EXPECT_THAT(text, AllOf(HasSubstr("Asked for\n  epochs  5\n"), HasSubstr("Samples\n"),
                          HasSubstr("time/step  5  1.00 ms  2.00 ms  3.00 ms  4.00 ms  5.00 ms\n"),
                          HasSubstr("none       0\n"), HasSubstr("broken     1\n")));
  // One of the five has no target.
  EXPECT_THAT(text, HasSubstr("Outcomes\n  5 samples, 3 of 4 right (75.00 %)\n"));
}

TEST(RecordContentsTest, IsEmptyWhereThereIsNothing) {
  EXPECT_EQ(record_contents_text(test::bench_record(1, "vit_test", 32, 300, 0.1)), "");
}

TEST(RecordContentsTest, GivesTheSummaryAsJson) {
  RunRecord record = test::full_record(1);
  record.samples[0].values = {1, 2, 3, 4, 5};

  const auto json = nlohmann::json::parse(record_contents_json(record));

  EXPECT_EQ(json["samples"][0]["summary"],
            (nlohmann::json{{"min", 1}, {"q1", 2}, {"median", 3}, {"q3", 4}, {"max", 5}}));
  EXPECT_TRUE(json["samples"][1]["summary"].is_null());
  EXPECT_FALSE(json["samples"][0].contains("values"));
  EXPECT_EQ(json["id"], test::sample_id(1));
}

}  // namespace
}  // namespace yardstick
