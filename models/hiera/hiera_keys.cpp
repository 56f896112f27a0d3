#include "models/hiera/hiera_keys.h"

#include "models/checkpoint/mapped_weights.h"
#include "models/layers/pos_embed.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

constexpr std::string_view kModelState = "model_state.";
constexpr std::string_view kPositions = "pos_embed";
constexpr std::string_view kDecoderPositions = "decoder_pos_embed";

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

// Leaves the model's tensors of what the official training saves, under their plain names.
void take_model_state(MappedWeights& weights) {
  if (weights.has_any(kModelState)) {
    for (const char* other : {"optimizer_state.", "scaler_state."}) weights.ignore(other);
    weights.rename_prefix(kModelState, "");
  }
  weights.strip_wrappers(kCommonWrappers);
}

void resize_positions(MappedWeights& weights, std::string_view name,
                      const std::vector<std::int64_t>& grid) {
  const at::Tensor* wanted = weights.wanted(name);
  if (grid.size() != 2 || wanted == nullptr || !weights.has(name) ||
      weights.tensor(name).sizes() == wanted->sizes()) {
    return;
  }
  weights.resize(name, layers::resize_pos_embed(weights.tensor(name), /*prefix_tokens=*/0,
                                                {grid[0], grid[1]}));
}

// What stands before the trunk's names in a whole SAM 2, "" where the file is of a trunk alone.
std::string trunk_prefix(const TensorMap& file) {
  constexpr std::string_view kTrunk = "image_encoder.trunk.";
  for (const auto& [name, tensor] : file) {
    const std::size_t at = name.find(kTrunk);
    if (at != std::string::npos) return name.substr(0, at + kTrunk.size());
  }
  return "";
}

}  // namespace

LoadReport load_hiera_weights(torch::nn::Module& net, const HieraConfig& config,
                              const TensorMap& file, const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  take_model_state(weights);
  rename_to_ours(weights, config.names);
  if (config.positions == HieraPositions::kJoint) {
    resize_positions(weights, kPositions, config.grid());
  }
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
  return std::move(weights).load_into(net, options.memory);
}

LoadReport load_masked_hiera_weights(torch::nn::Module& net, const MaskedHieraConfig& config,
                                     const TensorMap& file, const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  take_model_state(weights);
  if (config.encoder.positions == HieraPositions::kJoint) {
    resize_positions(weights, kPositions, config.encoder.grid());
  }
  resize_positions(weights, kDecoderPositions, config.final_grid());
  return std::move(weights).load_into(net, options.memory);
}

LoadReport load_sam2_weights(torch::nn::Module& net, const TensorMap& file,
                             const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  const std::string trunk = trunk_prefix(file);
  if (!trunk.empty()) {
    for (const auto& [name, tensor] : file) {
      if (!name.starts_with(trunk)) weights.ignore(name);
    }
    weights.rename_prefix(trunk, "");
  }
  weights.strip_wrappers(kCommonWrappers);
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
