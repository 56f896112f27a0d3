#include "models/vit/vit_keys.h"

#include "models/checkpoint/mapped_weights.h"
#include "models/layers/pos_embed.h"

#include <yardstick/error.h>

#include <array>
#include <string>
#include <utility>

namespace yardstick {
namespace {

constexpr std::string_view kPositions = "pos_embed";

using Renaming = std::pair<std::string_view, std::string_view>;

// Starts of names in SWAG's models/vision_transformer.py and in torchvision's, which grew out of
// one code. The wrapper "encoder." is off.
constexpr std::array<Renaming, 6> kSwagNames = {{{"class_token", "cls_token"},
                                                 {"conv_proj.", "patch_embed.proj."},
                                                 {"pos_embedding", kPositions},
                                                 {"ln.", "norm."},
                                                 {"head.layers.head.", "head."},
                                                 {"heads.head.", "head."}}};
constexpr std::array<Renaming, 8> kSwagBlockNames = {{{"ln_1.", "norm1."},
                                                      {"self_attention.in_proj_", "attn.qkv."},
                                                      {"self_attention.out_proj.", "attn.proj."},
                                                      {"ln_2.", "norm2."},
                                                      {"mlp.linear_1.", "mlp.fc1."},
                                                      {"mlp.linear_2.", "mlp.fc2."},
                                                      {"mlp.0.", "mlp.fc1."},
                                                      {"mlp.3.", "mlp.fc2."}}};

void rename_swag(MappedWeights& weights, std::int64_t depth) {
  for (const auto& [from, to] : kSwagNames) weights.rename_prefix(from, to);
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::string block = concat("blocks.", i, ".");
    for (const char* layer : {"layer_", "encoder_layer_"}) {
      weights.rename_prefix(concat("layers.", layer, i, "."), block);
    }
    for (const auto& [from, to] : kSwagBlockNames) {
      weights.rename_prefix(concat(block, from), concat(block, to));
    }
  }
  // SWAG keeps a row a token, [tokens, 1, width].
  if (weights.has(kPositions) && weights.tensor(kPositions).dim() == 3 &&
      weights.tensor(kPositions).size(1) == 1) {
    weights.reshape(kPositions, weights.tensor(kPositions).transpose(0, 1).contiguous());
  }
}

void leave_pretraining_out(MappedWeights& weights) {
  weights.ignore("decoder_");
  weights.ignore("mask_token");
  if (weights.model_has_any("fc_norm.") && !weights.has_any("fc_norm.")) {
    weights.keep_own("fc_norm.");
    weights.ignore("norm.");
  }
}

}  // namespace

LoadReport load_vit_weights(torch::nn::Module& net, const VitConfig& config, const TensorMap& file,
                            const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  weights.strip_wrappers(kCommonWrappers);

  const bool is_swag = weights.has_any("conv_proj.");
  if (is_swag) rename_swag(weights, config.depth);

  const at::Tensor* positions = weights.wanted(kPositions);
  if (positions != nullptr && weights.has(kPositions) &&
      weights.tensor(kPositions).sizes() != positions->sizes()) {
    weights.resize(
        kPositions,
        layers::resize_pos_embed(
            weights.tensor(kPositions), config.embedded_prefix_tokens(), config.grid(),
            is_swag ? layers::GridAlignment::kCorners : layers::GridAlignment::kBorders));
  }
  if (options.reset_head) {
    leave_pretraining_out(weights);
    weights.keep_own_unless_fitting("head.");
    weights.keep_own_unless_fitting("head_dist.");
  }
  require_same_classes(weights, "head.weight");
  require_same_classes(weights, "head_dist.weight");
  require_same_classes(weights, "head.1.weight");
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
