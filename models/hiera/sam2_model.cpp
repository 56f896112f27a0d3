#include "models/hiera/sam2_model.h"

#include "models/hiera/hiera_keys.h"
#include "models/hiera/sam2_trunk.h"

#include <yardstick/error.h>
#include <yardstick/feature_pyramid.h>

#include <utility>

namespace yardstick {
namespace {

class Sam2Model final : public Model, public FeaturePyramid {
 public:
  Sam2Model(ModelInfo info, const Sam2Config& config, Start start)
      : info_(std::move(info)), net_(std::make_shared<Sam2Trunk>(config)) {
    if (start == Start::kRandom) net_->init_weights();
  }

  using Model::forward;

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    ModelOutput output;
    output.features = forward_pyramid(batch.input, tap).back().mean(at::IntArrayRef{2, 3});
    return output;
  }

  std::vector<at::Tensor> forward_pyramid(const at::Tensor& input, ActivationTap* tap) override {
    require_pixels(input);
    return net_->forward(input, layers::TapScope(tap));
  }

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& /*options*/) override {
    return load_sam2_weights(*net_, weights);
  }

 private:
  void require_pixels(const at::Tensor& input) const {
    const Sam2Config& config = net_->config();
    const std::int64_t multiple = config.multiple_px();
    if (input.defined() && input.dim() == 4 && input.size(1) == config.channels &&
        input.size(2) > 0 && input.size(3) > 0 && input.size(2) % multiple == 0 &&
        input.size(3) % multiple == 0) {
      return;
    }
    throw_user(concat(info_.name, " takes [N, ", config.channels,
                      ", H, W] with H and W multiples of ", multiple, ", not ",
                      input.defined() ? concat(input.sizes()) : std::string("nothing")),
               "resize the input");
  }

  ModelInfo info_;
  std::shared_ptr<Sam2Trunk> net_;
};

}  // namespace

std::unique_ptr<Model> make_sam2_model(ModelInfo info, const Sam2Config& config, Start start) {
  return std::make_unique<Sam2Model>(std::move(info), config, start);
}

}  // namespace yardstick
