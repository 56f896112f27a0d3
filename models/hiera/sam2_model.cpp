#include "models/hiera/sam2_model.h"

#include "models/hiera/hiera_keys.h"
#include "models/hiera/sam2_trunk.h"
#include "models/net_model.h"

#include <yardstick/error.h>
#include <yardstick/feature_pyramid.h>

#include <utility>

namespace yardstick {
namespace {

class Sam2Model final : public NetModel<Sam2Trunk, FeaturePyramid> {
 public:
  using NetModel::NetModel;

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    ModelOutput output;
    output.features = forward_pyramid(batch.input, tap).back().mean(at::IntArrayRef{2, 3});
    return output;
  }

  std::vector<at::Tensor> forward_pyramid(const at::Tensor& input, ActivationTap* tap) override {
    require_pixels(input);
    return net().forward(input, layers::TapScope(tap));
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_sam2_weights(net(), weights, options);
  }

 private:
  void require_pixels(const at::Tensor& input) const {
    const Sam2Config& config = net().config();
    const std::int64_t multiple = config.multiple_px();
    if (input.defined() && input.dim() == 4 && input.size(1) == config.channels &&
        input.size(2) > 0 && input.size(3) > 0 && input.size(2) % multiple == 0 &&
        input.size(3) % multiple == 0) {
      return;
    }
    throw_user(concat(info().name, " takes [N, ", config.channels,
                      ", H, W] with H and W multiples of ", multiple, ", not ",
                      input.defined() ? concat(input.sizes()) : std::string("nothing")),
               "resize the input");
  }
};

}  // namespace

std::unique_ptr<Model> make_sam2_model(ModelInfo info, const Sam2Config& config) {
  return std::make_unique<Sam2Model>(std::move(info), config);
}

}  // namespace yardstick
