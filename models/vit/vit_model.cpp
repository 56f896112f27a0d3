#include "models/vit/vit_model.h"

#include "models/layers/input_check.h"
#include "models/vit/vit.h"
#include "models/vit/vit_keys.h"

#include <utility>

namespace yardstick {
namespace {

class VitModel final : public Model, public ReplaceableHead {
 public:
  VitModel(ModelInfo info, const VitConfig& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<Vit>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    const VitConfig& config = net_->config();
    layers::require_input(batch.input, config.channels, {config.image[0], config.image[1]},
                          info_.name);
    const layers::TapScope scope(tap);
    ModelOutput output;
    output.features = net_->forward_features(batch.input, scope);
    output.logits = net_->forward_head(output.features, scope);
    return output;
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_vit_weights(*net_, net_->config(), weights, options);
  }

  std::int64_t head_width() const override { return net_->config().width; }
  std::int64_t num_classes() const override { return net_->config().classes; }
  void use_linear_probe_head() override { net_->use_probe_head(); }

 private:
  ModelInfo info_;
  std::shared_ptr<Vit> net_;
};

}  // namespace

std::unique_ptr<Model> make_vit_model(ModelInfo info, const VitConfig& config, Start start) {
  return std::make_unique<VitModel>(std::move(info), config, start);
}

}  // namespace yardstick
