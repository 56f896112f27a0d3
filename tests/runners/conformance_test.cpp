#include "runners/conformance.h"

#include "tests/runners/tiny_models.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::Quirk;
using test::tiny_entry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> failures(const ModelEntry& entry) {
  std::vector<std::string> names;
  for (const ConformanceResult& result : check_conformance(entry)) {
    if (!result.passed) names.push_back(result.check);
  }
  return names;
}

std::string detail_of(const ModelEntry& entry, const std::string& check) {
  for (const ConformanceResult& result : check_conformance(entry)) {
    if (result.check == check) return result.detail;
  }
  return "not run";
}

TEST(ConformanceTest, ASoundModelPassesEveryCheck) {
  std::vector<std::string> names;
  for (const ConformanceResult& result : check_conformance(tiny_entry())) {
    EXPECT_TRUE(result.passed) << result.check << ": " << result.detail;
    names.push_back(result.check);
  }
  EXPECT_THAT(names,
              ElementsAre("builds", "output_shape", "finite", "batch_invariance", "determinism",
                          "checkpoint_round_trip", "gradients", "half_precision"));
}

TEST(ConformanceTest, DropoutInTrainingIsNoFault) {
  EXPECT_THAT(failures(tiny_entry(Quirk::kDropout)), IsEmpty());
}

TEST(ConformanceTest, FindsAnotherNumberOfClasses) {
  EXPECT_THAT(failures(tiny_entry(Quirk::kExtraClass)), ElementsAre("output_shape"));
  EXPECT_EQ(detail_of(tiny_entry(Quirk::kExtraClass), "output_shape"),
            "logits have shape [3, 5], not [3, 4]");
}

TEST(ConformanceTest, FindsOutputThatIsNotFinite) {
  EXPECT_THAT(failures(tiny_entry(Quirk::kNanOutput)), testing::Contains("finite"));
  EXPECT_THAT(failures(tiny_entry(Quirk::kNanOutput)), testing::Contains("half_precision"));
}

TEST(ConformanceTest, FindsSamplesThatLookAtOneAnother) {
  EXPECT_THAT(failures(tiny_entry(Quirk::kBatchMean)), ElementsAre("batch_invariance"));
}

TEST(ConformanceTest, FindsDrawsInEvaluationMode) {
  EXPECT_THAT(failures(tiny_entry(Quirk::kDrawsInEval)), testing::Contains("determinism"));
}

TEST(ConformanceTest, FindsAParameterThatNoGradientReaches) {
  EXPECT_THAT(failures(tiny_entry(Quirk::kUnusedParameter)), ElementsAre("gradients"));
  EXPECT_EQ(detail_of(tiny_entry(Quirk::kUnusedParameter), "gradients"),
            "no gradient reaches unused");
}

TEST(ConformanceTest, AModelThatThrowsHasFailedAndNothingElseIsTried) {
  ModelEntry entry = tiny_entry();
  entry.build = [](const Params&) -> std::unique_ptr<Model> { throw_user("no such thing"); };

  EXPECT_THAT(failures(entry), ElementsAre("builds"));
  EXPECT_EQ(detail_of(entry, "builds"), "no such thing");
}

TEST(ConformanceTest, AnEntryWithoutInputShapeIsIncomplete) {
  ModelEntry entry = tiny_entry();
  entry.info.input_shape.clear();

  EXPECT_THAT(detail_of(entry, "builds"), HasSubstr("input shape"));
}

}  // namespace
}  // namespace yardstick
