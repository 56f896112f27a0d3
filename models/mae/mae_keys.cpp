#include "models/mae/mae_keys.h"

#include "models/checkpoint/mapped_weights.h"
#include "models/layers/pos_embed.h"

#include <utility>

namespace yardstick {
namespace {

constexpr std::string_view kDecoder = "decoder_";
constexpr std::string_view kMaskToken = "mask_token";
constexpr std::int64_t kClassTokens = 1;

void resize_positions(MappedWeights& weights, std::string_view name,
                      std::array<std::int64_t, 2> grid) {
  const at::Tensor* wanted = weights.wanted(name);
  if (wanted == nullptr || !weights.has(name)) return;
  const at::Tensor& found = weights.tensor(name);
  if (found.sizes() == wanted->sizes()) return;
  weights.resize(name, layers::resize_pos_embed(found, kClassTokens, grid));
}

}  // namespace

LoadReport load_mae_weights(torch::nn::Module& net, const MaeConfig& config, const TensorMap& file,
                            const LoadOptions& options) {
  const TensorMap model = state_of(net);
  MappedWeights weights(file, model);
  weights.strip_wrappers(kCommonWrappers);

  if (options.reset_head && !weights.has_any(kDecoder)) {
    weights.keep_own(kDecoder);
    weights.keep_own(kMaskToken);
  }
  resize_positions(weights, "pos_embed", config.grid());
  resize_positions(weights, "decoder_pos_embed", config.grid());
  return std::move(weights).load_into(net, options.memory);
}

}  // namespace yardstick
