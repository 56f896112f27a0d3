#include "cli/weights_file.h"

#include <ATen/ops/zeros.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yardstick::cli {
namespace {

using testing::ElementsAre;
using testing::Key;

TEST(WeightsFileTest, TakesTheModelOutOfATrainingCheckpoint) {
  const at::Tensor x = at::zeros({1});

  const WeightsFile file = select_model(
      {{"model.head.weight", x}, {"optimizer.state.0.exp_avg", x}, {"scaler.scale", x}});

  EXPECT_THAT(file.tensors, ElementsAre(Key("head.weight")));
  EXPECT_THAT(file.left_out, ElementsAre("optimizer", "scaler"));
}

TEST(WeightsFileTest, LeavesAPlainStateDictAlone) {
  const at::Tensor x = at::zeros({1});

  EXPECT_THAT(select_model({{"blocks.0.weight", x}, {"head.weight", x}}).tensors,
              ElementsAre(Key("blocks.0.weight"), Key("head.weight")));
  EXPECT_THAT(select_model({{"model.head.weight", x}}).tensors,
              ElementsAre(Key("model.head.weight")));
}

}  // namespace
}  // namespace yardstick::cli
