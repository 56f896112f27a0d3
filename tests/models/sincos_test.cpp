#include "models/layers/sincos.h"

#include "tests/models/golden_case.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::Not;

std::vector<float> values(const at::Tensor& row) {
  return {row.const_data_ptr<float>(), row.const_data_ptr<float>() + row.numel()};
}

TEST(SincosTest, EncodesTheColumnBeforeTheRow) {
  const at::Tensor positions = layers::sincos_positions(8, {2, 3}, 0);

  ASSERT_THAT(positions.sizes().vec(), ElementsAre(1, 6, 8));
  const auto sin = [](double x) { return FloatEq(static_cast<float>(std::sin(x))); };
  const auto cos = [](double x) { return FloatEq(static_cast<float>(std::cos(x))); };
  // Row 1, column 2; frequencies 1 and 1/100.
  EXPECT_THAT(values(positions[0][5]), ElementsAre(sin(2), sin(0.02), cos(2), cos(0.02), sin(1),
                                                   sin(0.01), cos(1), cos(0.01)));
}

TEST(SincosTest, HasZerosForPrefixTokens) {
  const at::Tensor positions = layers::sincos_positions(4, {1, 2}, 2);

  ASSERT_THAT(positions.sizes().vec(), ElementsAre(1, 4, 4));
  EXPECT_THAT(values(positions[0][0]), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(values(positions[0][1]), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(values(positions[0][2]), ElementsAre(0, 1, 0, 1));
}

TEST(SincosTest, EncodesTheStepOfAClipBeforeItsPlace) {
  const at::Tensor positions = layers::sincos_clip_positions(16, {2, 1, 3}, 1);

  ASSERT_THAT(positions.sizes().vec(), ElementsAre(1, 1 + 6, 16));
  EXPECT_EQ(positions.select(1, 0).abs().max().item<float>(), 0);
  const at::Tensor last = positions.select(1, 6);  // step 1, column 2
  const auto at_step = values(last.slice(1, 0, 4).contiguous());
  EXPECT_THAT(at_step, ElementsAre(FloatEq(std::sin(1.0F)), FloatEq(std::sin(0.01F)),
                                   FloatEq(std::cos(1.0F)), FloatEq(std::cos(0.01F))));
  const at::Tensor in_space = layers::sincos_positions(12, {1, 3}, 0);
  EXPECT_TRUE(at::equal(last.slice(1, 4), in_space.select(1, 2)));
}

TEST(SincosTest, EqualsTheOfficialEmbeddings) {
  const auto folders = test::golden_folders("mae");
  ASSERT_THAT(folders, Not(testing::IsEmpty()));
  for (const std::string& folder : folders) {
    SCOPED_TRACE(folder);
    const TensorMap weights = test::read_golden(folder).weights;
    for (const char* name : {"pos_embed", "decoder_pos_embed"}) {
      const at::Tensor& official = weights.at(name);
      const auto side = std::lround(std::sqrt(static_cast<double>(official.size(1) - 1)));

      const at::Tensor ours = layers::sincos_positions(official.size(2), {side, side}, 1);

      EXPECT_TRUE(at::allclose(ours, official, /*rtol=*/0, /*atol=*/6e-8)) << name;
    }
  }
}

}  // namespace
}  // namespace yardstick
