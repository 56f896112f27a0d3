#include "tests/models/built.h"
#include "tests/models/key_fixture.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

using test::build_model;
using test::kResetHead;
using test::random_weights;
using test::ThrowsError;
using test::wrapped_in;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// What MAE's pre-training saves of the same encoder.
TensorMap pretrained_of(Model& model) {
  TensorMap weights = random_weights(model);
  std::erase_if(weights, [](const auto& item) {
    return item.first.starts_with("head.") || item.first.starts_with("fc_norm.");
  });
  weights["norm.weight"] = at::randn({32});
  weights["norm.bias"] = at::randn({32});
  weights["mask_token"] = at::randn({1, 1, 16});
  weights["decoder_embed.weight"] = at::randn({16, 32});
  weights["decoder_blocks.0.norm1.weight"] = at::randn({16});
  return weights;
}

struct SwagNames {
  std::string block;  // "layer_" or "encoder_layer_", before the number
  std::string fc1;
  std::string fc2;
  std::string head;
  bool has_row_a_token;  // positions [tokens, 1, width]
};

const SwagNames kSwag = {"layer_", "mlp.linear_1.", "mlp.linear_2.", "head.layers.head.", true};
const SwagNames kTorchvision = {"encoder_layer_", "mlp.0.", "mlp.3.", "heads.head.", false};

std::string swag_name(const std::string& ours, const SwagNames& names) {
  if (ours == "cls_token") return "class_token";
  if (ours == "pos_embed") return "encoder.pos_embedding";
  const std::pair<std::string, std::string> starts[] = {
      {"patch_embed.proj.", "conv_proj."}, {"norm.", "encoder.ln."}, {"head.", names.head}};
  for (const auto& [from, to] : starts) {
    if (ours.starts_with(from)) return to + ours.substr(from.size());
  }
  const std::size_t dot = ours.find('.', 7);  // behind "blocks.I"
  const std::string block = "encoder.layers." + names.block + ours.substr(7, dot - 7) + ".";
  const std::string rest = ours.substr(dot + 1);
  const std::pair<std::string, std::string> layers[] = {
      {"norm1.", "ln_1."},     {"attn.qkv.", "self_attention.in_proj_"},
      {"norm2.", "ln_2."},     {"attn.proj.", "self_attention.out_proj."},
      {"mlp.fc1.", names.fc1}, {"mlp.fc2.", names.fc2}};
  for (const auto& [from, to] : layers) {
    if (rest.starts_with(from)) return block + to + rest.substr(from.size());
  }
  return ours;
}

TensorMap swag_weights(const TensorMap& ours, const SwagNames& names) {
  TensorMap weights;
  for (const auto& [name, tensor] : ours) weights[swag_name(name, names)] = tensor;
  if (names.has_row_a_token) {
    at::Tensor& positions = weights.at("encoder.pos_embedding");
    positions = positions.transpose(0, 1).contiguous();
  }
  return weights;
}

TEST(VitKeysTest, TakesTheNamesOfSwagAndTorchvision) {
  for (const SwagNames& names : {kSwag, kTorchvision}) {
    const auto model = build_model("vit_test");
    const TensorMap ours = random_weights(*model);
    const TensorMap theirs = swag_weights(ours, names);
    ASSERT_TRUE(theirs.contains("encoder.layers." + names.block + "1." + names.fc2 + "bias"));

    const LoadReport report = model->load_weights(theirs, {});

    EXPECT_TRUE(report.is_complete());
    EXPECT_THAT(report.resized, IsEmpty());
    for (const auto& [name, tensor] : state_of(model->module())) {
      EXPECT_TRUE(at::equal(tensor, ours.at(name))) << name;
    }
  }
}

TEST(VitKeysTest, InterpolatesSwagsPositionsByTheirCorners) {
  const auto small = build_model("vit_test");
  const auto large = build_model("vit_test", {{"img_size", "56"}});
  const TensorMap ours = random_weights(*small);

  const LoadReport report = large->load_weights(swag_weights(ours, kSwag), {});

  // 7 places over 4: the outermost stay.
  const at::Tensor before = ours.at("pos_embed").slice(1, 1).view({4, 4, 32});
  const at::Tensor after =
      state_of(large->module()).at("pos_embed").detach().slice(1, 1).view({7, 7, 32});
  EXPECT_THAT(report.resized, ElementsAre("pos_embed"));
  for (const auto& [from, to] : {std::pair{0, 0}, std::pair{3, 6}}) {
    EXPECT_TRUE(at::allclose(after[to][to], before[from][from], 1e-4, 1e-5));
  }
}

TEST(VitKeysTest, TakesAWholeClassifierOfDeitWithBothHeads) {
  const auto model = build_model("deit_distilled_test");
  const TensorMap weights = random_weights(*model);
  const auto other = build_model("deit_distilled_test", {{"classes", "7"}});

  EXPECT_TRUE(model->load_weights(weights, {}).is_complete());
  EXPECT_THAT(
      other->load_weights(weights, kResetHead).reset,
      UnorderedElementsAre("head.weight", "head.bias", "head_dist.weight", "head_dist.bias"));
}

TEST(VitKeysTest, TakesOfficialNamesAsTheyAre) {
  const auto model = build_model("vit_test");
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(weights, {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, SizeIs(weights.size()));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("blocks.1.attn.qkv.weight"),
                        weights.at("blocks.1.attn.qkv.weight")));
}

TEST(VitKeysTest, TakesWrappersOffAndReportsTheFilesNames) {
  const auto model = build_model("vit_test");

  const LoadReport report =
      model->load_weights(wrapped_in("module.model.", random_weights(*model)), {});

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.matched, IsEmpty());
  EXPECT_THAT(report.renamed, Contains(Pair("module.model.head.bias", "head.bias")));
}

TEST(VitKeysTest, InterpolatesPositionsOfAnotherGrid) {
  const auto small = build_model("vit_test");
  const auto large = build_model("vit_test", {{"img_size", "48"}});
  const TensorMap weights = random_weights(*small);

  const LoadReport report = large->load_weights(weights, {});

  const at::Tensor positions = state_of(large->module()).at("pos_embed");
  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.resized, ElementsAre("pos_embed"));
  EXPECT_THAT(positions.sizes().vec(), ElementsAre(1, 1 + 36, 32));
  EXPECT_TRUE(at::equal(positions.slice(1, 0, 1), weights.at("pos_embed").slice(1, 0, 1)));
}

TEST(VitKeysTest, RefusesOtherClassCountsSayingWhatToDo) {
  const auto model = build_model("vit_test", {{"classes", "7"}});
  const TensorMap weights = random_weights(*build_model("vit_test"));

  EXPECT_THAT(
      [&] { model->load_weights(weights, {}); },
      ThrowsError(ErrorKind::kData, AllOf(HasSubstr("10 classes"), HasSubstr("classes=10"))));
}

TEST(VitKeysTest, KeepsANewHeadWhenAsked) {
  const auto model = build_model("vit_test", {{"classes", "7"}});
  const at::Tensor before = state_of(model->module()).at("head.weight").clone();
  const TensorMap weights = random_weights(*build_model("vit_test"));

  const LoadReport report = model->load_weights(weights, kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset, UnorderedElementsAre("head.weight", "head.bias"));
  EXPECT_TRUE(at::equal(state_of(model->module()).at("head.weight"), before));
}

TEST(VitKeysTest, LoadsAFittingHeadEvenWhereItMayBeReset) {
  const auto model = build_model("vit_test");
  const TensorMap weights = random_weights(*model);

  const LoadReport report = model->load_weights(weights, kResetHead);

  EXPECT_THAT(report.reset, IsEmpty());
  EXPECT_TRUE(at::equal(state_of(model->module()).at("head.weight"), weights.at("head.weight")));
}

TEST(VitKeysTest, LoadsAPretrainedEncoderIntoAPooledClassifier) {
  const auto model = build_model("vit_test", {{"global_pool", "avg"}});

  const LoadReport report = model->load_weights(pretrained_of(*model), kResetHead);

  EXPECT_TRUE(report.is_complete());
  EXPECT_THAT(report.reset,
              UnorderedElementsAre("head.weight", "head.bias", "fc_norm.weight", "fc_norm.bias"));
  EXPECT_THAT(report.ignored,
              UnorderedElementsAre("norm.weight", "norm.bias", "mask_token", "decoder_embed.weight",
                                   "decoder_blocks.0.norm1.weight"));
}

TEST(VitKeysTest, IsStrictWithAPretrainedEncoderOtherwise) {
  const auto model = build_model("vit_test", {{"global_pool", "avg"}});

  const LoadReport report = model->load_weights(pretrained_of(*model), {});

  EXPECT_THAT(report.missing, Contains("fc_norm.weight"));
  EXPECT_THAT(report.unexpected, Contains("decoder_embed.weight"));
}

}  // namespace
}  // namespace yardstick
