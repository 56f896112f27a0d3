#include "models/mae_st/mae_st_keys.h"

#include "models/checkpoint/mapped_weights.h"

#include <yardstick/error.h>

#include <string>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

constexpr std::string_view kPositionTables[] = {"pos_embed", "pos_embed_spatial",
                                                "pos_embed_temporal"};

std::vector<std::string_view> wrappers() {
  std::vector<std::string_view> all = {"model_state.", "state_dict."};
  all.insert(all.end(), std::begin(kCommonWrappers), std::end(kCommonWrappers));
  return all;
}

void require_same_positions(const MappedWeights& weights) {
  for (const std::string_view name : kPositionTables) {
    const at::Tensor* wanted = weights.wanted(name);
    if (wanted == nullptr || !weights.has(name)) continue;
    const at::Tensor& found = weights.tensor(name);
    if (found.sizes() == wanted->sizes() || found.dim() != 3 || wanted->dim() != 3 ||
        found.size(2) != wanted->size(2)) {
      continue;  // nothing to say, or not a matter of the clip's size
    }
    throw_data(concat("the checkpoint's ", name, " has shape ", found.sizes(), ", the model's ",
                      wanted->sizes(), ": position embeddings of videos are not resized"),
               "build the model with the checkpoint's frames and img_size");
  }
}

}  // namespace

LoadReport load_video_weights(torch::nn::Module& net, const TensorMap& file,
                              const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  weights.strip_wrappers(wrappers());
  weights.rename_prefix("head.projection.", "head.");
  if (options.reset_head && !weights.model_has_any("decoder_")) {
    for (const char* part : {"decoder_", "mask_token", "dec_pos_embed", "pred_head."}) {
      weights.ignore(part);  // the last two are SlowFast's
    }
    weights.keep_own_unless_fitting("head.");
  }
  require_same_positions(weights);
  require_same_classes(weights, "head.weight");
  require_same_classes(weights, "head.1.weight");
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
