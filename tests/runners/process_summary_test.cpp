#include "runners/process_summary.h"

#include "runners/record_notes.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RunRecord process(double step_s, std::vector<std::string> flags = {}) {
  RunRecord record;
  record.id = std::to_string(step_s);
  record.kind = RunKind::kBench;
  record.model = "tiny";
  record.duration_s = 2;
  record.flags = std::move(flags);
  record.measurements.push_back({.tag = "time/inference/step",
                                 .value = step_s,
                                 .low = step_s * 0.999,
                                 .high = step_s * 1.001,
                                 .unit = Unit::kSeconds,
                                 .direction = Direction::kLowerIsBetter,
                                 .n = 100,
                                 .about = "median step; 95 % interval from order statistics"});
  record.measurements.push_back({.tag = "macs/image", .value = 7, .unit = Unit::kMacs, .n = 1});
  record.samples.push_back({"time/inference/step", Unit::kSeconds, {step_s, step_s}});
  return record;
}

RunRecord failed(const std::string& reason) {
  RunRecord record;
  record.kind = RunKind::kBench;
  record.model = "tiny";
  record.status = RunStatus::kFailed;
  record.reason = reason;
  return record;
}

TEST(ProcessSummaryTest, TakesMediansAndTheIntervalOfAFurtherProcess) {
  const RunRecord summary =
      summarise_processes({process(0.010), process(0.012, {"noisy"}), process(0.011)});

  EXPECT_EQ(summary.status, RunStatus::kOk);
  EXPECT_EQ(summary.model, "tiny");
  EXPECT_EQ(summary.duration_s, 6);
  EXPECT_THAT(summary.flags, ElementsAre("noisy"));
  EXPECT_EQ(summary.provenance.at("processes"), "3");
  const Measurement step = *measurement_of(summary, "time/inference/step");
  EXPECT_EQ(step.value, 0.011);
  EXPECT_EQ(step.n, 3);
  // Three processes tell little of a fourth: wider than their range by far.
  EXPECT_NEAR(*step.low, 0.00698, 1e-5);
  EXPECT_NEAR(*step.high, 0.01726, 1e-5);
  EXPECT_EQ(step.about, "median step; median of 3 processes, 95 % interval of a further one");
  EXPECT_THAT(summary.samples.front().values, ElementsAre(0.010, 0.012, 0.011));
}

TEST(ProcessSummaryTest, WhatIsTheSameInAllHasNoInterval) {
  const RunRecord summary = summarise_processes({process(0.010), process(0.011)});

  const Measurement macs = *measurement_of(summary, "macs/image");
  EXPECT_EQ(macs.value, 7);
  EXPECT_FALSE(macs.low || macs.high);
}

TEST(ProcessSummaryTest, HasAnIdentityOfItsOwn) {
  const RunRecord first = process(0.010);
  const RunRecord summary = summarise_processes({first, process(0.011)});

  EXPECT_NE(summary.id, first.id);
  EXPECT_NE(summary.id, summarise_processes({first}).id);
}

TEST(ProcessSummaryTest, AFailedProcessIsNotHiddenByTheOthers) {
  const RunRecord summary =
      summarise_processes({process(0.010), failed("killed by SIGSEGV"), process(0.011)});

  EXPECT_EQ(summary.status, RunStatus::kFailed);
  EXPECT_EQ(summary.reason, "1 of 3 processes: killed by SIGSEGV");
  EXPECT_EQ(measurement_of(summary, "time/inference/step")->n, 2);
}

TEST(ProcessSummaryTest, KeepsAReasonThatAllShare) {
  const RunRecord summary =
      summarise_processes({failed("out_of_memory at batch 8"), failed("out_of_memory at batch 8")});

  EXPECT_EQ(summary.reason, "out_of_memory at batch 8");
  EXPECT_THAT(summary.measurements, IsEmpty());
}

TEST(ProcessSummaryTest, OneProcessPredictsNothing) {
  EXPECT_THAT(summarise_processes({process(0.010), failed("timed out")}).measurements, IsEmpty());
}

}  // namespace
}  // namespace yardstick
