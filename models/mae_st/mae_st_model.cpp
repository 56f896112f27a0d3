#include "models/mae_st/mae_st_model.h"

#include "models/mae_st/mae_st_keys.h"
#include "models/mae_st/video_mae.h"
#include "models/mae_st/video_vit.h"
#include "models/net_model.h"

#include <utility>

namespace yardstick {
namespace {

class VideoVitModel final : public ClassifierModel<VideoVit, ReducerSlot> {
 public:
  using ClassifierModel::ClassifierModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_video_weights(net(), weights, options);
  }

  std::int64_t head_width() const override { return net().encoder().width; }
};

class VideoMaeModel final : public PretrainingModel<VideoMae> {
 public:
  using PretrainingModel::PretrainingModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_video_weights(net(), weights, options);
  }

  std::int64_t mask_units() const override { return net().encoder().tokens(); }
  double default_mask_ratio() const override { return net().config().mask_ratio; }

  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                      ActivationTap* tap) override {
    require_masked_inputs(input, noise);
    return net().forward_loss(input, noise, mask_ratio, layers::TapScope(tap));
  }

  Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                             double mask_ratio) override {
    require_masked_inputs(input, noise);
    return net().reconstruct(input, noise, mask_ratio);
  }
};

}  // namespace

std::unique_ptr<Model> make_video_vit(ModelInfo info, const VideoVitConfig& config) {
  return std::make_unique<VideoVitModel>(std::move(info), config);
}

std::unique_ptr<Model> make_video_mae(ModelInfo info, const VideoMaeConfig& config) {
  return std::make_unique<VideoMaeModel>(std::move(info), config);
}

}  // namespace yardstick
