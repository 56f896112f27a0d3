#include "cli/reproduce_plan.h"

#include "cli/reproduce_ledger.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

namespace yardstick::cli {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReproducePlanTest : public testing::Test {
 protected:
  ReproducePlanTest()
      : context_({.words = {},
                  .plugin_files = {},
                  .stop = [] { return false; },
                  .out = out_,
                  .err = err_}) {
    options_.protocol = "test";
  }

  ReproducePlan plan(const std::string& rows, const std::string& glob = "*",
                     const std::string& table = "") {
    test::write_file(folder_.file("own.json"),
                     R"({"schema": 1, "title": "T", "tables": [
        {"id": "speeds", "task": "imagenet1k", "source": "s",
         "setting": {"precision": "fp16", "attention": "explicit", "batch": "256"}, "rows": [)" +
                         rows + "]}]}");
    ledgers_ = {read_ledger(folder_.file("own.json"))};
    return plan_reproduction(ledgers_, table, glob, options_, context_);
  }

  const Work& only_work(const ReproducePlan& plan, WorkKind kind) {
    const Work* found = nullptr;
    for (const Work& work : plan.works) {
      if (work.kind != kind) continue;
      EXPECT_EQ(found, nullptr);
      found = &work;
    }
    EXPECT_NE(found, nullptr);
    return *found;
  }

  test::TempDir folder_;
  std::ostringstream out_;
  std::ostringstream err_;
  Context context_;
  ReproduceOptions options_;
  std::vector<Ledger> ledgers_;
};

constexpr char kPair[] = R"("measure": {"model": "vit_small_patch16_224"},
                            "against": {"model": "vit_base_patch16_224"}, )";

TEST_F(ReproducePlanTest, WhatTwoRowsNeedIsMeasuredOnce) {
  const ReproducePlan both =
      plan(std::string(R"({"id": "a", )") + kPair + R"("figures": {"speed_ratio": "2.0"}},
           {"id": "b", )" +
           kPair + R"("figures": {"speed_ratio": "1.9", "images_per_s": "10"}})");

  ASSERT_EQ(both.rows.size(), 2u);
  EXPECT_EQ(both.rows[0].inference, both.rows[1].inference);
  const Work& work = only_work(both, WorkKind::kTiming);
  EXPECT_THAT(work.claims, ElementsAre("own/speeds/a", "own/speeds/b"));
  EXPECT_EQ(both.works.size(), 3u);  // and two counts
}

TEST_F(ReproducePlanTest, WhatDiffersIsMeasuredApart) {
  const ReproducePlan both = plan(R"(
      {"id": "a", "measure": {"model": "vit_small_patch16_224"},
       "figures": {"images_per_s": "10", "memory_mb_per_image": "9"}},
      {"id": "b", "measure": {"model": "vit_base_patch16_224"},
       "figures": {"images_per_s": "10", "memory_mb_per_image": "9"}})");

  EXPECT_EQ(both.works.size(), 6u);
  EXPECT_NE(both.rows[0].inference, both.rows[1].inference);
  EXPECT_NE(both.rows[0].memory, both.rows[1].memory);
}

TEST_F(ReproducePlanTest, TakesThePublishedSettingWhereTheDeviceCan) {
  const std::string row =
      std::string(R"({"id": "a", )") + kPair + R"("figures": {"speed_ratio": "2.0"}})";

  const ReproducePlan on_cpu = plan(row);
  EXPECT_THAT(only_work(on_cpu, WorkKind::kTiming).options, ElementsAre("--sdpa-backend=math"));
  EXPECT_EQ(only_work(on_cpu, WorkKind::kTiming).batch, 4);

  options_.is_gpu = true;
  const ReproducePlan on_gpu = plan(row);
  EXPECT_THAT(only_work(on_gpu, WorkKind::kTiming).options,
              ElementsAre("--precision=fp16", "--sdpa-backend=math"));
  EXPECT_EQ(only_work(on_gpu, WorkKind::kTiming).batch, 256);

  options_.has_precision = options_.has_attention = true;
  options_.batch = 8;
  const ReproducePlan as_asked = plan(row);
  EXPECT_THAT(only_work(as_asked, WorkKind::kTiming).options, IsEmpty());
  EXPECT_EQ(only_work(as_asked, WorkKind::kTiming).batch, 8);
}

TEST_F(ReproducePlanTest, AQuickLookLeavesSpeedsWithoutARatioOut) {
  options_.is_quick = true;
  const ReproducePlan quick =
      plan(R"({"id": "a", "measure": {"model": "vit_test"}, "figures": {"images_per_s": "10"}})");

  EXPECT_THAT(quick.works, IsEmpty());
  EXPECT_FALSE(quick.rows[0].inference);
}

TEST_F(ReproducePlanTest, SaysWhatIsNotHere) {
  const ReproducePlan missing = plan(R"(
      {"id": "model", "measure": {"model": "no_such"}, "figures": {"gmacs": "1"}},
      {"id": "method", "measure": {"model": "vit_test", "methods": "no_such:r=1"},
       "figures": {"gmacs": "1"}},
      {"id": "param", "measure": {"model": "vit_test", "set": {"wings": 2}},
       "figures": {"gmacs": "1"}},
      {"id": "none", "unmeasurable": "it is an ablation", "figures": {"gmacs": "1"}})");

  EXPECT_EQ(missing.rows[0].why_not, "no model no_such here");
  EXPECT_EQ(missing.rows[1].why_not, "no method no_such here");
  EXPECT_THAT(missing.rows[2].why_not, HasSubstr("wings"));
  EXPECT_EQ(missing.rows[3].why_not, "it is an ablation");
  EXPECT_THAT(missing.works, IsEmpty());
}

TEST_F(ReproducePlanTest, ScoringNeedsWeightsAndData) {
  const std::string row = R"({"id": "a", "measure": {"model": "vit_tiny_patch16_224",
      "tag": "augreg_in21k_ft_in1k"}, "figures": {"top1": "75.452"}})";
  EXPECT_THAT(only_work(plan(row), WorkKind::kScoring).why_not, HasSubstr("needs data: --data"));
  options_.data_folder = folder_.path();
  EXPECT_THAT(only_work(plan(row), WorkKind::kScoring).why_not,
              HasSubstr("needs weights: --weights"));
  options_.weights_folder = folder_.path();
  EXPECT_THAT(only_work(plan(row), WorkKind::kScoring).why_not,
              AllOf(HasSubstr("vit_tiny_patch16_224.augreg_in21k_ft_in1k"), HasSubstr("https://")));

  const std::string file = folder_.file("vit_tiny_patch16_224.augreg_in21k_ft_in1k.safetensors");
  test::write_file(file, "");
  std::filesystem::create_directory(folder_.file("imagenet1k"));
  const ReproducePlan found = plan(row);
  EXPECT_EQ(only_work(found, WorkKind::kScoring).why_not, "");
  EXPECT_EQ(only_work(found, WorkKind::kScoring).weights_file, file);
  EXPECT_EQ(only_work(found, WorkKind::kScoring).data, folder_.file("imagenet1k"));
}

TEST_F(ReproducePlanTest, ChoosesTablesAndRowsAndSuggests) {
  const std::string rows = R"(
      {"id": "vit_a", "unmeasurable": "x", "figures": {"gmacs": "1"}},
      {"id": "vit_b", "unmeasurable": "x", "figures": {"gmacs": "1"}},
      {"id": "hiera", "unmeasurable": "x", "figures": {"gmacs": "1"}})";

  EXPECT_EQ(plan(rows, "vit_*").rows.size(), 2u);
  EXPECT_EQ(plan(rows, "*", "speeds").rows.size(), 3u);
  EXPECT_THAT(
      [&] { plan(rows, "*", "sped"); },
      ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("no table sped"), HasSubstr("speeds"))));
  EXPECT_THAT([&] { plan(rows, "vit_c"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("vit_c"), HasSubstr("vit_a"))));
}

}  // namespace
}  // namespace yardstick::cli
