#include "models/hiera/masked_hiera_model.h"

#include "models/hiera/hiera_keys.h"
#include "models/hiera/masked_hiera.h"
#include "models/hiera/masked_pixels.h"
#include "models/layers/input_check.h"
#include "models/layers/masking.h"
#include "models/layers/noise_check.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/scatter.h>

#include <utility>

namespace yardstick {
namespace {

class MaskedHieraModel final : public Model, public MaskedPretrainer {
 public:
  MaskedHieraModel(ModelInfo info, const MaskedHieraConfig& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<MaskedHiera>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    require_pixels(batch.input);
    ModelOutput output;
    output.features = net_->forward_features(batch.input, layers::TapScope(tap));
    return output;
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& /*options*/) override {
    return load_masked_hiera_weights(*net_, config(), weights);
  }

  std::int64_t mask_units() const override { return config().units(); }
  double default_mask_ratio() const override { return config().mask_ratio; }

  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                      ActivationTap* tap) override {
    require_pixels(input);
    layers::require_noise(noise, input.size(0), mask_units(), info_.name);
    return net_->pretrain(input, noise, mask_ratio, layers::TapScope(tap)).loss;
  }

  Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                             double mask_ratio) override {
    require_pixels(input);
    layers::require_noise(noise, input.size(0), mask_units(), info_.name);
    const at::NoGradGuard no_grad;
    const MaskedHiera::Pass pass = net_->pretrain(input, noise, mask_ratio, layers::TapScope());

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
  const MaskedHieraConfig& config() const { return net_->masked_config(); }

  void require_pixels(const at::Tensor& input) const {
    layers::require_input(input, config().encoder.channels, config().encoder.input, info_.name);
  }

  ModelInfo info_;
  std::shared_ptr<MaskedHiera> net_;
};

}  // namespace

std::unique_ptr<Model> make_masked_hiera_model(ModelInfo info, const MaskedHieraConfig& config,
                                               Start start) {
  return std::make_unique<MaskedHieraModel>(std::move(info), config, start);
}

}  // namespace yardstick
