#include "models/mae/mae_model.h"

#include "models/layers/input_check.h"
#include "models/layers/noise_check.h"
#include "models/mae/mae.h"
#include "models/mae/mae_keys.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>

#include <utility>

namespace yardstick {
namespace {

class MaeModel final : public Model, public MaskedPretrainer {
 public:
  MaeModel(ModelInfo info, const MaeConfig& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<Mae>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    require_image(batch.input);
    ModelOutput output;
    output.features = net_->forward_features(batch.input, layers::TapScope(tap));
    return output;
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_mae_weights(*net_, net_->config(), weights, options);
  }

  std::int64_t mask_units() const override { return net_->config().patches(); }
  double default_mask_ratio() const override { return net_->config().mask_ratio; }

  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                      ActivationTap* tap) override {
    require_image(input);
    layers::require_noise(noise, input.size(0), mask_units(), info_.name);
    const layers::TapScope scope(tap);
    return net_->loss(net_->forward_masked(input, noise, mask_ratio, scope), input, scope);
  }

  Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                             double mask_ratio) override {
    require_image(input);
    layers::require_noise(noise, input.size(0), mask_units(), info_.name);
    const at::NoGradGuard no_grad;
    const Mae::Pass pass = net_->forward_masked(input, noise, mask_ratio, layers::TapScope());
    const at::Tensor removed = net_->removed_pixels(pass);
    const at::Tensor picture = net_->picture(pass, input).to(input.scalar_type());
    return {.masked = input.masked_fill(removed, 0.0),
            .reconstructed = at::where(removed, picture, input)};
  }

 private:
  void require_image(const at::Tensor& image) const {
    const MaeConfig& config = net_->config();
    layers::require_input(image, config.channels, {config.image[0], config.image[1]}, info_.name);
  }

  ModelInfo info_;
  std::shared_ptr<Mae> net_;
};

}  // namespace

std::unique_ptr<Model> make_mae_model(ModelInfo info, const MaeConfig& config, Start start) {
  return std::make_unique<MaeModel>(std::move(info), config, start);
}

}  // namespace yardstick
