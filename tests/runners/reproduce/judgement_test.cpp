// The verdicts on numbers whose answer is known (docs/reproduce.md).

#include "runners/reproduce/judgement.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

using enum ReproductionVerdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PrintedNumber printed(const std::string& text) { return parse_printed_number(text).value(); }

// Of 50,000 images, with an interval of a third of a point on both sides.
AccuracyResult of_imagenet(std::int64_t correct) {
  const double share = static_cast<double>(correct) / 50000;
  return {correct, 50000, {share - 0.0033, share + 0.0033}};
}

ReproductionVerdict on_imagenet(const std::string& published, std::int64_t correct) {
  return judge_accuracy(printed(published), of_imagenet(correct),
                        {.tolerance_points = 0.1, .published_samples = 50000})
      .verdict;
}

TEST(JudgeAccuracyTest, TheSameCountIsExactWhereTheDigitsLeaveOneCount) {
  // 83.664 % of 50,000 is 41,832 and nothing else.
  EXPECT_EQ(on_imagenet("83.664", 41832), kExact);
  EXPECT_EQ(on_imagenet("83.664", 41833), kWithin);
  // 83.7 stands for 51 counts, so no one can say that it is the same.
  EXPECT_EQ(on_imagenet("83.7", 41832), kWithin);
  EXPECT_EQ(on_imagenet("83.7", 41850), kWithin);
}

TEST(JudgeAccuracyTest, TheToleranceIsATenthOfAPointAndHalfAUnit) {
  // 84.5: up to 84.65, 42,325 right.
  EXPECT_EQ(on_imagenet("84.5", 42325), kWithin);
  EXPECT_EQ(on_imagenet("84.5", 42326), kStatistical);
  EXPECT_EQ(on_imagenet("84.5", 42175), kWithin);
  EXPECT_EQ(on_imagenet("84.5", 42174), kStatistical);
  // 84.500: up to 84.6005.
  EXPECT_EQ(on_imagenet("84.500", 42300), kWithin);
  EXPECT_EQ(on_imagenet("84.500", 42301), kStatistical);
}

TEST(JudgeAccuracyTest, BeyondTheIntervalItIsOff) {
  // 84.5 less half a unit is 84.45; a third of a point above ours begins at 84.12.
  EXPECT_EQ(on_imagenet("84.5", 42060), kStatistical);
  const Judgement off = judge_accuracy(printed("84.5"), of_imagenet(42050),
                                       {.tolerance_points = 0.1, .published_samples = 50000});
  EXPECT_EQ(off.verdict, kOff);
  EXPECT_THAT(off.reason, HasSubstr("-0.40 points"));
}

TEST(JudgeAccuracyTest, OnOtherDataItIsAtBestStatistical) {
  const AccuracyResult thousand = {845, 1000, {0.8211, 0.8661}};

  const Judgement judgement = judge_accuracy(printed("84.5"), thousand,
                                             {.tolerance_points = 0.1, .published_samples = 50000});

  EXPECT_EQ(judgement.verdict, kStatistical);
  EXPECT_THAT(judgement.reason, HasSubstr("1000 samples here, 50000 there"));
  // Where the paper does not say over how many, it is taken to be the same data.
  EXPECT_EQ(judge_accuracy(printed("84.5"), thousand, {.tolerance_points = 0.1}).verdict, kWithin);
}

TEST(JudgeAccuracyTest, VideosHaveThreeTenths) {
  LedgerTable table;
  EXPECT_DOUBLE_EQ(accuracy_rule(table).tolerance_points, 0.1);
  table.media = Media::kVideo;
  table.samples = 19881;
  EXPECT_DOUBLE_EQ(accuracy_rule(table).tolerance_points, 0.3);
  EXPECT_EQ(accuracy_rule(table).published_samples, 19881);
}

TEST(JudgeCountTest, EveryPrintedDigitRoundedOrCutOffIsExact) {
  EXPECT_EQ(judge_count(printed("86.57"), 86.567656).verdict, kExact);
  EXPECT_EQ(judge_count(printed("87"), 86.567656).verdict, kExact);
  EXPECT_EQ(judge_count(printed("86"), 86.567656).verdict, kExact);  // cut off
  EXPECT_EQ(judge_count(printed("86.0"), 86.567656).verdict, kWithin);
  EXPECT_EQ(judge_count(printed("4.6"), 4.55).verdict, kExact);  // the edge of rounding
  EXPECT_EQ(judge_count(printed("4.6"), 4.5499).verdict, kWithin);
  EXPECT_EQ(judge_count(printed("4.6"), 4.6999).verdict, kExact);
  EXPECT_EQ(judge_count(printed("4.6"), 4.7).verdict, kOff);
}

TEST(JudgeCountTest, AHundredthAndHalfAUnitIsWithin) {
  // timm counts norms.
  const Judgement norms = judge_count(printed("4.91"), 4.9008);
  EXPECT_EQ(norms.verdict, kWithin);
  EXPECT_THAT(norms.reason, HasSubstr("-0.2 %"));
  EXPECT_EQ(judge_count(printed("100"), 98.5).verdict, kWithin);
  EXPECT_EQ(judge_count(printed("100"), 98.4).verdict, kOff);
  EXPECT_EQ(judge_count(printed("100"), 101.5).verdict, kWithin);
  EXPECT_EQ(judge_count(printed("100"), 101.6).verdict, kOff);
}

TEST(JudgeCountTest, RatiosOfCountsMayBeOffTwice) {
  EXPECT_EQ(judge_count_ratio(printed("3.3"), Relation::kAbout, 3.34).verdict, kExact);
  EXPECT_EQ(judge_count_ratio(printed("3.3"), Relation::kAbout, 3.41).verdict, kWithin);
  EXPECT_EQ(judge_count_ratio(printed("3.3"), Relation::kAbout, 3.42).verdict, kOff);
  EXPECT_EQ(judge_count_ratio(printed("3.3"), Relation::kAtLeast, 4).verdict, kWithin);
  EXPECT_EQ(judge_count_ratio(printed("3.3"), Relation::kUpTo, 2).verdict, kWithin);
  EXPECT_EQ(judge_count_ratio(printed("3.3"), Relation::kUpTo, 0.9).verdict, kOff);
}

RatioResult measured(double ratio, double low, double high) { return {ratio, {low, high}, 0.95}; }

TEST(JudgeRatioTest, WithinIsATwentiethAndHalfAUnit) {
  const PrintedNumber two = printed("2.0");  // 5 % and 0.05: 0.15
  EXPECT_EQ(judge_ratio(two, Relation::kAbout, measured(1.85, 1.84, 1.86)).verdict, kWithin);
  EXPECT_EQ(judge_ratio(two, Relation::kAbout, measured(1.84, 1.83, 1.85)).verdict, kOff);
  EXPECT_EQ(judge_ratio(two, Relation::kAbout, measured(2.15, 2.1, 2.2)).verdict, kWithin);
  const PrintedNumber exact = printed("2.000");
  EXPECT_EQ(judge_ratio(exact, Relation::kAbout, measured(1.89, 1.88, 1.9)).verdict, kOff);
}

TEST(JudgeRatioTest, AnIntervalThatMeetsThePrintedDigitsIsStatistical) {
  const PrintedNumber two = printed("2.0");  // 1.95 to 2.05
  EXPECT_EQ(judge_ratio(two, Relation::kAbout, measured(1.7, 1.5, 1.95)).verdict, kStatistical);
  EXPECT_EQ(judge_ratio(two, Relation::kAbout, measured(1.7, 1.5, 1.94)).verdict, kOff);
  const Judgement off = judge_ratio(two, Relation::kAbout, measured(1.6, 1.5, 1.7));
  EXPECT_THAT(off.reason, HasSubstr("-20.0 %"));
}

TEST(JudgeRatioTest, AnIntervalThatHoldsOneAsWellResolvesNothing) {
  const Judgement wide = judge_ratio(printed("2.0"), Relation::kAbout, measured(1.5, 0.9, 2.5));
  EXPECT_EQ(wide.verdict, kStatistical);
  EXPECT_FALSE(wide.is_resolved);
  // A claim of no difference is not to be told from it.
  EXPECT_TRUE(judge_ratio(printed("1.03"), Relation::kAbout, measured(1.2, 0.9, 1.5)).is_resolved);
}

TEST(JudgeRatioTest, AtLeastIsMetByMore) {
  const PrintedNumber three = printed("3");  // 2.5 and 5 %: 2.375
  EXPECT_EQ(judge_ratio(three, Relation::kAtLeast, measured(7, 6, 8)).verdict, kWithin);
  EXPECT_EQ(judge_ratio(three, Relation::kAtLeast, measured(2.375, 2.3, 2.4)).verdict, kWithin);
  EXPECT_EQ(judge_ratio(three, Relation::kAtLeast, measured(2.3, 2, 2.5)).verdict, kStatistical);
  EXPECT_EQ(judge_ratio(three, Relation::kAtLeast, measured(2.3, 2, 2.4)).verdict, kOff);
}

TEST(JudgeRatioTest, UpToIsMetByAnyGain) {
  const PrintedNumber two = printed("2.0");
  EXPECT_EQ(judge_ratio(two, Relation::kUpTo, measured(2.4, 2.3, 2.5)).verdict, kWithin);
  const Judgement some = judge_ratio(two, Relation::kUpTo, measured(1.3, 1.2, 1.4));
  EXPECT_EQ(some.verdict, kStatistical);
  EXPECT_TRUE(some.is_resolved);
  EXPECT_FALSE(judge_ratio(two, Relation::kUpTo, measured(1.1, 0.9, 1.3)).is_resolved);
  EXPECT_EQ(judge_ratio(two, Relation::kUpTo, measured(0.9, 0.8, 1)).verdict, kOff);
}

TEST(DifferingFieldsTest, NamesWhatWasOtherAndWhatIsNotKnown) {
  const NamedTexts published = {{"hardware", "V100"}, {"precision", "fp32"}, {"views", "3x5"}};

  EXPECT_THAT(differing_fields(published, {{"hardware", "EPYC"}, {"precision", "FP32"}}),
              ElementsAre("hardware: V100 there, EPYC here", "views: 3x5 there, not known here"));
  EXPECT_THAT(differing_fields({}, {{"hardware", "EPYC"}}), IsEmpty());
}

TEST(ReproductionVerdictTest, HasTheNamesOfTheRules) {
  EXPECT_EQ(to_string(kExact), "EXACT");
  EXPECT_EQ(to_string(kWithin), "WITHIN");
  EXPECT_EQ(to_string(kStatistical), "STATISTICAL");
  EXPECT_EQ(to_string(kOff), "OFF");
  EXPECT_EQ(to_string(kNotRun), "NOT RUN");
  EXPECT_EQ(to_string(kShown), "shown");
}

}  // namespace
}  // namespace yardstick
