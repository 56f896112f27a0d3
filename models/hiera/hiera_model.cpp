#include "models/hiera/hiera_model.h"

#include "models/hiera/hiera.h"
#include "models/hiera/hiera_keys.h"
#include "models/layers/input_check.h"

#include <yardstick/feature_pyramid.h>

#include <utility>

namespace yardstick {
namespace {

class HieraModel final : public Model, public ReplaceableHead, public FeaturePyramid {
 public:
  HieraModel(ModelInfo info, const HieraConfig& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<Hiera>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    require_pixels(batch.input);
    const layers::TapScope scope(tap);
    ModelOutput output;
    output.features = net_->forward_features(batch.input, scope);
    output.logits = net_->forward_head(output.features, scope);
    return output;
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_hiera_weights(*net_, net_->config(), weights, options);
  }

  std::int64_t head_width() const override { return net_->width_out(); }
  std::int64_t num_classes() const override { return net_->config().classes; }
  void use_linear_probe_head() override { net_->use_probe_head(); }

  std::vector<at::Tensor> forward_pyramid(const at::Tensor& input, ActivationTap* tap) override {
    require_pixels(input);
    std::vector<at::Tensor> levels = net_->forward_intermediates(input, layers::TapScope(tap));
    for (at::Tensor& level : levels) level = level.movedim(-1, 1);  // [B, C, grid...]
    return levels;
  }

 private:
  void require_pixels(const at::Tensor& input) const {
    layers::require_input(input, net_->config().channels, net_->config().input, info_.name);
  }

  ModelInfo info_;
  std::shared_ptr<Hiera> net_;
};

}  // namespace

std::unique_ptr<Model> make_hiera_model(ModelInfo info, const HieraConfig& config, Start start) {
  return std::make_unique<HieraModel>(std::move(info), config, start);
}

}  // namespace yardstick
