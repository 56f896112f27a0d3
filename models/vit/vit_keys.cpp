#include "models/vit/vit_keys.h"

#include "models/checkpoint/mapped_weights.h"
#include "models/layers/pos_embed.h"

#include <utility>

namespace yardstick {
namespace {

constexpr std::string_view kPositions = "pos_embed";

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

  const at::Tensor* positions = weights.wanted(kPositions);
  if (positions != nullptr && weights.has(kPositions) &&
      weights.tensor(kPositions).sizes() != positions->sizes()) {
    weights.resize(kPositions,
                   layers::resize_pos_embed(weights.tensor(kPositions),
                                            config.embedded_prefix_tokens(), config.grid()));
  }
  if (options.reset_head) {
    leave_pretraining_out(weights);
    weights.keep_own_unless_fitting("head.");
  }
  require_same_classes(weights, "head.weight");
  require_same_classes(weights, "head.1.weight");
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
