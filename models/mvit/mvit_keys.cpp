#include "models/mvit/mvit_keys.h"

#include "models/checkpoint/mapped_weights.h"
#include "models/mvit/relative_positions.h"

#include <yardstick/error.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

constexpr std::int64_t kTimeDimension = 2;  // of a convolution's weight over clips

std::vector<std::string_view> wrappers() {
  std::vector<std::string_view> all = {"model_state."};
  all.insert(all.end(), std::begin(kCommonWrappers), std::end(kCommonWrappers));
  return all;
}

// A weight over space as `wanted` has it, with a time dimension of 1 or without; undefined where
// they differ otherwise.
at::Tensor with_dimensions_of(const at::Tensor& wanted, const at::Tensor& weight) {
  at::Tensor reshaped;
  if (wanted.dim() == 5 && weight.dim() == 4) reshaped = weight.unsqueeze(kTimeDimension);
  if (wanted.dim() == 4 && weight.dim() == 5 && weight.size(kTimeDimension) == 1) {
    reshaped = weight.squeeze(kTimeDimension);
  }
  return reshaped.defined() && reshaped.sizes() == wanted.sizes() ? reshaped : at::Tensor();
}

void require_same_positions(const std::string& name, const at::Tensor& wanted,
                            const at::Tensor& found) {
  if (found.dim() != 3 || found.size(2) != wanted.size(2)) return;  // no matter of the input's size
  throw_data(concat("the checkpoint's ", name, " has shape ", found.sizes(), ", the model's ",
                    wanted.sizes(), ": absolute position embeddings of MViT are not resized"),
             "build the model with the checkpoint's frames and img_size");
}

void fit_shapes(MappedWeights& weights, const TensorMap& model) {
  for (const auto& [name, wanted] : model) {
    if (!weights.has(name) || weights.tensor(name).sizes() == wanted.sizes()) continue;
    const at::Tensor& found = weights.tensor(name);
    if (name.find("rel_pos_") != std::string::npos && found.dim() == 2 &&
        found.size(1) == wanted.size(1)) {
      weights.resize(name, resize_relative_table(found.to(at::kFloat), wanted.size(0)));
    } else if (name.starts_with("pos_embed")) {
      require_same_positions(name, wanted, found);
    } else if (const at::Tensor reshaped = with_dimensions_of(wanted, found); reshaped.defined()) {
      weights.reshape(name, reshaped);
    }
  }
}

}  // namespace

LoadReport load_mvit_weights(torch::nn::Module& net, const TensorMap& file,
                             const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  for (const char* other : {"optimizer_state.", "scaler_state."}) weights.ignore(other);
  weights.strip_wrappers(wrappers());
  fit_shapes(weights, model);
  if (options.reset_head) {
    for (const char* head : {"head.projection.", "head.0.", "head.1."}) {
      weights.keep_own_unless_fitting(head);
    }
  }
  require_same_classes(weights, "head.projection.weight");
  require_same_classes(weights, "head.1.weight");
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
