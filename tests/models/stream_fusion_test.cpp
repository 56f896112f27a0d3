#include "models/layers/stream_fusion.h"

#include <yardstick/weights.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using layers::parse_stream_fusion;
using layers::StreamFusion;
using layers::StreamFusionKind;
using layers::Streams;
using layers::TapScope;
using testing::ElementsAre;

TEST(StreamFusionTest, ReadsTheOfficialNames) {
  EXPECT_EQ(parse_stream_fusion("concat")->kind, StreamFusionKind::kConcat);
  EXPECT_EQ(parse_stream_fusion("add")->kind, StreamFusionKind::kAdd);
  EXPECT_EQ(parse_stream_fusion("avg")->kind, StreamFusionKind::kMean);
  EXPECT_EQ(parse_stream_fusion("max")->kind, StreamFusionKind::kMax);
  EXPECT_EQ(parse_stream_fusion("min")->kind, StreamFusionKind::kMin);

  const auto plain = parse_stream_fusion("concat_linear");
  EXPECT_EQ(plain->kind, StreamFusionKind::kMlp);
  EXPECT_EQ(plain->hidden_ratio, 1.0);
  EXPECT_FALSE(plain->has_norm);
  const auto full = parse_stream_fusion("ln+concat_linear_0.5_0.1");
  EXPECT_TRUE(full->has_norm);
  EXPECT_EQ(full->hidden_ratio, 0.5);
  EXPECT_EQ(full->dropout, 0.1);
}

TEST(StreamFusionTest, KnowsNoOtherNames) {
  for (const char* name :
       {"", "sum", "concat_", "concat_linear_", "concat_linear_x", "concat_linear_2_0.1_3",
        "concat_linear_inf", "concat_linear_0", "ln+concat", "ln+max", "concat_linear_2_1"}) {
    EXPECT_FALSE(parse_stream_fusion(name)) << name;
  }
}

at::Tensor fused(const char* name) {
  const StreamFusion fusion(*parse_stream_fusion(name), 2);
  const Streams streams{at::tensor({1.0F, 4.0F}).view({1, 1, 2}),
                        at::tensor({3.0F, -2.0F}).view({1, 1, 2})};
  const at::Tensor apart = fusion.forward(streams, TapScope());
  const at::Tensor together = fusion.forward(layers::side_by_side(streams), TapScope());
  EXPECT_TRUE(at::equal(apart, together)) << name;
  return apart.flatten();
}

TEST(StreamFusionTest, JoinsChannelByChannel) {
  EXPECT_TRUE(at::equal(fused("concat"), at::tensor({1.0F, 4.0F, 3.0F, -2.0F})));
  EXPECT_TRUE(at::equal(fused("add"), at::tensor({4.0F, 2.0F})));
  EXPECT_TRUE(at::equal(fused("avg"), at::tensor({2.0F, 1.0F})));
  EXPECT_TRUE(at::equal(fused("max"), at::tensor({3.0F, 4.0F})));
  EXPECT_TRUE(at::equal(fused("min"), at::tensor({1.0F, -2.0F})));
}

TEST(StreamFusionTest, AddsAnMlpOfBothStreamsToThem) {
  StreamFusion fusion(*parse_stream_fusion("ln+concat_linear_2"), 3);
  TensorMap state = state_of(fusion);
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : state) tensor.normal_();
  const at::Tensor both = at::randn({2, 4, 6});

  const at::Tensor found = fusion.forward(both, TapScope());

  const at::Tensor normed = at::layer_norm(both, {6}, state.at("fuse_fn.0.weight"),
                                           state.at("fuse_fn.0.bias"), /*eps=*/1e-5);
  const at::Tensor hidden = at::gelu(
      at::linear(normed, state.at("fuse_fn.1.fc1.weight"), state.at("fuse_fn.1.fc1.bias")));
  const at::Tensor wanted =
      both + at::linear(hidden, state.at("fuse_fn.1.fc2.weight"), state.at("fuse_fn.1.fc2.bias"));
  EXPECT_THAT(hidden.sizes().vec(), ElementsAre(2, 4, 12));
  EXPECT_TRUE(at::allclose(found, wanted, 1e-5, 1e-5));
}

TEST(StreamFusionTest, NamesAnMlpWithoutNormAsTheOfficialCode) {
  StreamFusion fusion(*parse_stream_fusion("concat_linear_2"), 3);

  const TensorMap state = state_of(fusion);

  EXPECT_TRUE(state.contains("fuse_fn.fc1.weight"));
  EXPECT_TRUE(state.contains("fuse_fn.fc2.bias"));
  EXPECT_EQ(state.size(), 4U);
}

}  // namespace
}  // namespace yardstick
