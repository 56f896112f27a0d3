#include "models/hiera/masked_hiera_model.h"

#include "models/hiera/hiera_keys.h"
#include "models/hiera/masked_hiera.h"
#include "models/hiera/masked_pixels.h"
#include "models/layers/masking.h"
#include "models/net_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/scatter.h>

#include <utility>

namespace yardstick {
namespace {

class MaskedHieraModel final : public PretrainingModel<MaskedHiera> {
 public:
  using PretrainingModel::PretrainingModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_masked_hiera_weights(net(), config(), weights, options);
  }

  std::int64_t mask_units() const override { return config().units(); }
  double default_mask_ratio() const override { return config().mask_ratio; }

  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                      ActivationTap* tap) override {
    require_masked_inputs(input, noise);
    return net().pretrain(input, noise, mask_ratio, layers::TapScope(tap)).loss;
  }

  Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                             double mask_ratio) override {
    require_masked_inputs(input, noise);
    const at::NoGradGuard no_grad;
    const MaskedHiera::Pass pass = net().pretrain(input, noise, mask_ratio, layers::TapScope());

    const at::Tensor targets = to_targets(config(), input);
    const at::Tensor restored = layers::restore_patches(pass.predicted.to(targets.scalar_type()),
                                                        layers::take_tokens(targets, pass.removed));
    const at::Tensor places = pass.removed.unsqueeze(-1).expand_as(restored);
    const at::Tensor predicted = from_targets(config(), at::scatter(targets, 1, places, restored));
    Reconstruction pictures;
    pictures.masked = hide_removed(config(), input, pass.visible);
    pictures.reconstructed = pictures.masked + hide_removed(config(), predicted, 1 - pass.visible);
    return pictures;
  }

 private:
  const MaskedHieraConfig& config() const { return net().masked_config(); }
};

}  // namespace

std::unique_ptr<Model> make_masked_hiera_model(ModelInfo info, const MaskedHieraConfig& config) {
  return std::make_unique<MaskedHieraModel>(std::move(info), config);
}

}  // namespace yardstick
