#include "tests/models/built.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <cmath>

namespace yardstick {
namespace {

using test::build_model;

double std_of(const at::Tensor& tensor) { return tensor.detach().std().item<double>(); }
double max_of(const at::Tensor& tensor) { return tensor.detach().abs().max().item<double>(); }

TEST(VitInitTest, StartsAsTimmDoes) {
  at::manual_seed(3);

  TensorMap state = state_of(build_model("vit_tiny_patch16_224", {{"img_size", "32"}})->module());

  EXPECT_NEAR(std_of(state.at("blocks.0.mlp.fc1.weight")), 0.02, 0.001);
  EXPECT_NEAR(std_of(state.at("pos_embed")), 0.02, 0.002);
  EXPECT_LT(max_of(state.at("cls_token")), 1e-5);
  EXPECT_EQ(max_of(state.at("blocks.0.attn.qkv.bias")), 0.0);
  EXPECT_EQ(max_of(state.at("blocks.0.norm1.weight") - 1.0), 0.0);
  EXPECT_NEAR(max_of(state.at("patch_embed.proj.weight")), 1.0 / std::sqrt(768.0), 0.001);
}

TEST(HieraInitTest, StartsAsTheOfficialCodeDoes) {
  at::manual_seed(3);

  TensorMap state = state_of(build_model("hiera_tiny_224", {{"img_size", "32"}})->module());

  EXPECT_NEAR(std_of(state.at("blocks.0.mlp.fc1.weight")), 0.02, 0.001);
  EXPECT_NEAR(std_of(state.at("patch_embed.proj.weight")), 0.02, 0.001);
  EXPECT_NEAR(std_of(state.at("head.projection.weight")), 0.02 * 0.001, 1e-6);
  EXPECT_EQ(max_of(state.at("blocks.0.attn.qkv.bias") - 0.02), 0.0);
  EXPECT_EQ(max_of(state.at("norm.bias") - 0.02), 0.0);
}

TEST(FanInInitTest, KeepsTheScaleOfASmallNetworksActivations) {
  at::manual_seed(3);

  TensorMap vit = state_of(build_model("vit_nano_patch4_28")->module());
  TensorMap hiera = state_of(build_model("hiera_nano_32")->module());

  EXPECT_NEAR(std_of(vit.at("blocks.0.mlp.fc1.weight")), 1.0 / std::sqrt(64.0), 0.005);
  EXPECT_NEAR(std_of(hiera.at("blocks.4.mlp.fc2.weight")), 1.0 / std::sqrt(1024.0), 0.001);
  EXPECT_NEAR(std_of(vit.at("pos_embed")), 0.5, 0.03);
}

TEST(InitTest, DependsOnTheDefaultGeneratorOnly) {
  at::manual_seed(5);
  TensorMap first = state_of(build_model("hiera_test")->module());
  at::manual_seed(5);
  TensorMap second = state_of(build_model("hiera_test")->module());

  for (const auto& [name, tensor] : first) EXPECT_TRUE(at::equal(tensor, second[name])) << name;
}

}  // namespace
}  // namespace yardstick
