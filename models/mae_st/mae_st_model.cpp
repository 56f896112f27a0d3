#include "models/mae_st/mae_st_model.h"

#include "models/layers/input_check.h"
#include "models/layers/noise_check.h"
#include "models/mae_st/mae_st_keys.h"
#include "models/mae_st/video_mae.h"
#include "models/mae_st/video_vit.h"

#include <utility>

namespace yardstick {
namespace {

using layers::TapScope;

void require_clip(const at::Tensor& video, const VideoEncoderConfig& config,
                  const std::string& model) {
  layers::require_input(video, config.channels, config.input(), model);
}

class VideoVitModel final : public Model, public ReplaceableHead {
 public:
  VideoVitModel(ModelInfo info, const VideoVitConfig& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<VideoVit>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    require_clip(batch.input, net_->encoder(), info_.name);
    const TapScope scope(tap);
    ModelOutput output;
    output.features = net_->forward_features(batch.input, scope);
    output.logits = net_->forward_head(output.features, scope);
    return output;
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_video_weights(*net_, weights, options);
  }

  std::int64_t head_width() const override { return net_->encoder().width; }
  std::int64_t num_classes() const override { return net_->config().classes; }
  void use_linear_probe_head() override { net_->use_probe_head(); }

 private:
  ModelInfo info_;
  std::shared_ptr<VideoVit> net_;
};

class VideoMaeModel final : public Model, public MaskedPretrainer {
 public:
  VideoMaeModel(ModelInfo info, const VideoMaeConfig& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<VideoMae>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    require_clip(batch.input, net_->encoder(), info_.name);
    ModelOutput output;
    output.features = net_->forward_features(batch.input, TapScope(tap));
    return output;
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_video_weights(*net_, weights, options);
  }

  std::int64_t mask_units() const override { return net_->encoder().tokens(); }
  double default_mask_ratio() const override { return net_->config().mask_ratio; }

  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                      ActivationTap* tap) override {
    require_inputs(input, noise);
    return net_->forward_loss(input, noise, mask_ratio, TapScope(tap));
  }

  Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                             double mask_ratio) override {
    require_inputs(input, noise);
    return net_->reconstruct(input, noise, mask_ratio);
  }

 private:
  void require_inputs(const at::Tensor& input, const at::Tensor& noise) const {
    require_clip(input, net_->encoder(), info_.name);
    layers::require_noise(noise, input.size(0), mask_units(), info_.name);
  }

  ModelInfo info_;
  std::shared_ptr<VideoMae> net_;
};

}  // namespace

std::unique_ptr<Model> make_video_vit(ModelInfo info, const VideoVitConfig& config, Start start) {
  return std::make_unique<VideoVitModel>(std::move(info), config, start);
}

std::unique_ptr<Model> make_video_mae(ModelInfo info, const VideoMaeConfig& config, Start start) {
  return std::make_unique<VideoMaeModel>(std::move(info), config, start);
}

}  // namespace yardstick
