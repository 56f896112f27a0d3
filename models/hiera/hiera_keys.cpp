#include "models/hiera/hiera_keys.h"

#include "models/checkpoint/mapped_weights.h"
#include "models/layers/pos_embed.h"

#include <string_view>
#include <utility>

namespace yardstick {
namespace {

constexpr std::string_view kPositions = "pos_embed";

void rename_to_ours(MappedWeights& weights, HieraNames names) {
  const bool is_timm = names == HieraNames::kTimm;
  const std::string_view norm = is_timm ? "head.norm." : "norm.";
  weights.rename_prefix("encoder_norm.", norm);
  weights.rename_prefix(is_timm ? "norm." : "head.norm.", norm);
  if (is_timm) {
    weights.rename_prefix("head.projection.", "head.fc.");
    weights.rename_prefix("pos_embed_abs", kPositions);
  } else {
    weights.rename_prefix("head.fc.", "head.projection.");
  }
}

void resize_positions(MappedWeights& weights, const HieraConfig& config) {
  const at::Tensor* wanted = weights.wanted(kPositions);
  if (config.positions != HieraPositions::kJoint || config.input.size() != 2 || wanted == nullptr ||
      !weights.has(kPositions) || weights.tensor(kPositions).sizes() == wanted->sizes()) {
    return;
  }
  const std::vector<std::int64_t> grid = config.grid();
  weights.resize(kPositions, layers::resize_pos_embed(weights.tensor(kPositions),
                                                      /*prefix_tokens=*/0, {grid[0], grid[1]}));
}

}  // namespace

LoadReport load_hiera_weights(torch::nn::Module& net, const HieraConfig& config,
                              const TensorMap& file, const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  weights.strip_wrappers(kCommonWrappers);
  rename_to_ours(weights, config.names);
  resize_positions(weights, config);
  if (options.reset_head) {
    for (const char* part : {"decoder_", "mask_token", "multi_scale_fusion_heads."}) {
      weights.ignore(part);
    }
    for (const char* classifier : {"head.projection.", "head.fc.", "head.0.", "head.1."}) {
      weights.keep_own_unless_fitting(classifier);
    }
  }
  for (const char* classifier : {"head.projection.weight", "head.fc.weight", "head.1.weight"}) {
    require_same_classes(weights, classifier);
  }
  return std::move(weights).load_into(net);
}

}  // namespace yardstick
