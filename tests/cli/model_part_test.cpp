#include "cli/model_part.h"

#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yardstick::cli {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

// Entries of a file of dictionaries: "model/head.weight" is head.weight in model.
std::vector<CheckpointEntry> entries(const std::vector<std::string>& names) {
  std::vector<CheckpointEntry> list;
  for (const std::string& name : names) {
    const std::size_t slash = name.find('/');
    CheckpointEntry entry;
    entry.name = name;
    if (slash != std::string::npos) {
      entry.part = name.substr(0, slash);
      entry.name[slash] = '.';
    }
    list.push_back(std::move(entry));
  }
  return list;
}

ModelPart find(const std::vector<std::string>& names, const std::string& key = "") {
  return find_model(entries(names), key, "x.pt");
}

TEST(ModelPartTest, TakesTheModelOutOfATrainingCheckpoint) {
  const ModelPart part = find({"optimizer/state.0.exp_avg", "model/head.weight", "scaler/scale"});

  EXPECT_EQ(part.key, "model");
  EXPECT_THAT(part.tensors, ElementsAre(Pair("head.weight", 1)));
  EXPECT_THAT(part.left_out, ElementsAre("optimizer", "scaler"));
}

TEST(ModelPartTest, KnowsTheNamesThatTrainingScriptsUse) {
  for (const char* key : {"model", "model_state", "state_dict", "model_state_dict", "module"}) {
    EXPECT_EQ(find({concat(key, "/w"), "optimizer_states/x"}).key, key);
  }
  EXPECT_EQ(find({"mine/w", "optimizer/x"}).key, "mine");
}

TEST(ModelPartTest, TakesAPlainStateDictWhole) {
  EXPECT_EQ(find({"blocks.0.weight", "head.weight"}).key, "");
  EXPECT_EQ(find({"module.head.weight", "module.head.bias"}).key, "");
  // A network may call one of its modules so.
  const ModelPart part = find({"model.head.weight", "temperature.scale"});
  EXPECT_THAT(part.tensors,
              ElementsAre(Pair("model.head.weight", 0), Pair("temperature.scale", 1)));
  EXPECT_THAT(part.left_out, IsEmpty());
}

TEST(ModelPartTest, TakesTheModelOutOfAFlattenedCheckpoint) {
  EXPECT_EQ(find({"model.w", "optimizer.state.0.step"}).key, "model");
}

TEST(ModelPartTest, LooksIntoACheckpointInACheckpoint) {
  const ModelPart part = find({"state/model.w", "state/optimizer.x", "scaler/scale"});

  EXPECT_EQ(part.key, "state.model");
  EXPECT_THAT(part.tensors, ElementsAre(Pair("w", 0)));
}

TEST(ModelPartTest, PrefersModelToOtherNamesForIt) {
  EXPECT_EQ(find({"state_dict/w", "model/w", "optimizer/x"}).key, "model");
}

TEST(ModelPartTest, DoesNotChooseBetweenAModelAndItsAverage) {
  EXPECT_THAT(([] { find({"model/w", "model/v", "model_ema/w", "optimizer/x"}); }),
              ThrowsError(ErrorKind::kUser,
                          AllOf(HasSubstr("model (2 tensors), model_ema (1 tensors)"),
                                HasSubstr("--weights-key"), Not(HasSubstr("optimizer")))));
  EXPECT_THAT(([] { find({"mine/w", "yours/w"}); }),
              ThrowsError(ErrorKind::kUser, HasSubstr("--weights-key")));
}

TEST(ModelPartTest, TakesTheKeyThatTheUserNames) {
  const std::vector<std::string> names = {"model/w", "model_ema/w", "optimizer/x"};

  EXPECT_THAT(find(names, "model_ema").tensors, ElementsAre(Pair("w", 1)));
  EXPECT_EQ(find(names, ".").tensors.size(), 3u);
  EXPECT_THAT([&] { find(names, "modle"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("x.pt"), HasSubstr("modle"),
                                                  HasSubstr("model, model_ema, optimizer"))));
}

}  // namespace
}  // namespace yardstick::cli
