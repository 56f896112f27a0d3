#include "models/hiera/hiera_model.h"

#include "models/hiera/hiera.h"
#include "models/hiera/hiera_keys.h"
#include "models/net_model.h"

#include <yardstick/feature_pyramid.h>

#include <utility>

namespace yardstick {
namespace {

class HieraModel final : public ClassifierModel<Hiera, FeaturePyramid> {
 public:
  using ClassifierModel::ClassifierModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_hiera_weights(net(), net().config(), weights, options);
  }

  std::int64_t head_width() const override { return net().width_out(); }

  std::vector<at::Tensor> forward_pyramid(const at::Tensor& input, ActivationTap* tap) override {
    layers::require_input(input, info());
    std::vector<at::Tensor> levels = net().forward_intermediates(input, layers::TapScope(tap));
    for (at::Tensor& level : levels) level = level.movedim(-1, 1);  // [B, C, grid...]
    return levels;
  }
};

}  // namespace

std::unique_ptr<Model> make_hiera_model(ModelInfo info, const HieraConfig& config) {
  return std::make_unique<HieraModel>(std::move(info), config);
}

}  // namespace yardstick
