// A small convolutional network as an out-of-tree plug-in: one file, no change to Yardstick.

#include <yardstick/image_model.h>
#include <yardstick/plugin.h>

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace {

namespace nn = torch::nn;

class TinyNetImpl : public nn::Module {
 public:
  explicit TinyNetImpl(const yardstick::Params& params) {
    const auto width = params.get<std::int64_t>("width");
    stem = register_module("stem", nn::Conv2d(nn::Conv2dOptions(3, width, 3).stride(2).padding(1)));
    body = register_module("body",
                           nn::Conv2d(nn::Conv2dOptions(width, 2 * width, 3).stride(2).padding(1)));
    head = register_module("head", nn::Linear(2 * width * 16, params.get<std::int64_t>("classes")));
  }

  // [N, 3, H, W] to [N, classes].
  at::Tensor forward(const at::Tensor& image) {
    at::Tensor x = at::relu(stem(image));    // [N, width, H/2, W/2]
    x = at::relu(body(x));                   // [N, 2 width, H/4, W/4]
    x = at::adaptive_avg_pool2d(x, {4, 4});  // [N, 2 width, 4, 4]
    return head(x.flatten(1));
  }

  nn::Conv2d stem{nullptr};
  nn::Conv2d body{nullptr};
  nn::Linear head{nullptr};
};

}  // namespace

YARDSTICK_PLUGIN("tinynet", "0.1.0", [](yardstick::Registrar& registrar) {
  registrar.add(yardstick::image_model<TinyNetImpl>("tinynet_28")
                    .summary("two convolutions and a linear head, for small images")
                    .input(28, /*crop_pct=*/1.0)
                    .integer("width", 32, "channels of the first convolution"));
})
