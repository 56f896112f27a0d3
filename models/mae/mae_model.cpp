#include "models/mae/mae_model.h"

#include "models/mae/mae.h"
#include "models/mae/mae_keys.h"
#include "models/net_model.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>

#include <utility>

namespace yardstick {
namespace {

class MaeModel final : public PretrainingModel<Mae> {
 public:
  using PretrainingModel::PretrainingModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_mae_weights(net(), net().config(), weights, options);
  }

  std::int64_t mask_units() const override { return net().config().patches(); }
  double default_mask_ratio() const override { return net().config().mask_ratio; }

  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                      ActivationTap* tap) override {
    require_masked_inputs(input, noise);
    const layers::TapScope scope(tap);
    return net().loss(net().forward_masked(input, noise, mask_ratio, scope), input, scope);
  }

  Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                             double mask_ratio) override {
    require_masked_inputs(input, noise);
    const at::NoGradGuard no_grad;
    const Mae::Pass pass = net().forward_masked(input, noise, mask_ratio, layers::TapScope());
    const at::Tensor removed = net().removed_pixels(pass);
    const at::Tensor picture = net().picture(pass, input).to(input.scalar_type());
    return {.masked = input.masked_fill(removed, 0.0),
            .reconstructed = at::where(removed, picture, input)};
  }
};

}  // namespace

std::unique_ptr<Model> make_mae_model(ModelInfo info, const MaeConfig& config) {
  return std::make_unique<MaeModel>(std::move(info), config);
}

}  // namespace yardstick
