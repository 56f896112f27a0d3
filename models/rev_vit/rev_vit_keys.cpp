#include "models/rev_vit/rev_vit_keys.h"

#include "models/checkpoint/mapped_weights.h"

#include <string_view>
#include <utility>
#include <vector>

namespace yardstick {

LoadReport load_rev_vit_weights(torch::nn::Module& net, const TensorMap& file,
                                const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  std::vector<std::string_view> wrappers = {"model_state."};
  wrappers.insert(wrappers.end(), std::begin(kCommonWrappers), std::end(kCommonWrappers));
  weights.strip_wrappers(wrappers);
  if (options.reset_head) weights.keep_own_unless_fitting("head.");
  require_same_classes(weights, "head.projection.weight");
  require_same_classes(weights, "head.1.weight");
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
