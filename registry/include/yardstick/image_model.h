#pragma once

// Turns a LibTorch module into a registered image classifier. Include a torch/nn header first or
// after; only model sources pay for it.

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include <yardstick/model.h>

#include <torch/nn/module.h>

namespace yardstick {

// A module that Yardstick can drive: built from its declared parameters, [N, 3, H, W] to
// [N, classes]. A second argument of forward, where there is one, receives activations.
template <typename Net>
concept ImageNetwork = std::derived_from<Net, torch::nn::Module> &&
                       std::constructible_from<Net, const Params&> &&
                       (requires(Net& net, const at::Tensor& x) {
                         { net.forward(x) } -> std::convertible_to<at::Tensor>;
                       } || requires(Net& net, const at::Tensor& x, ActivationTap* tap) {
                         { net.forward(x, tap) } -> std::convertible_to<at::Tensor>;
                       });

template <ImageNetwork Net>
class ImageModel final : public Model {
 public:
  ImageModel(ModelInfo info, const Params& params)
      : info_(std::move(info)), net_(std::make_shared<Net>(params)) {}

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }
  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    ModelOutput output;
    if constexpr (requires { net_->forward(batch.input, tap); }) {
      output.logits = net_->forward(batch.input, tap);
    } else {
      output.logits = net_->forward(batch.input);
    }
    return output;
  }

 private:
  ModelInfo info_;
  std::shared_ptr<Net> net_;
};

// Describes one image model; converts to the entry that Registrar::add takes. Every image model has
// the parameter `classes`.
template <ImageNetwork Net>
class ImageModelBuilder {
 public:
  explicit ImageModelBuilder(std::string name) {
    entry_.name = entry_.info.name = std::move(name);
    entry_.info.family = entry_.name.substr(0, entry_.name.find('_'));
    entry_.info.input_shape = {3, 224, 224};
    entry_.info.licence = "-";
    entry_.schema.integer("classes", 1000, "number of classes", 1);
  }

  ImageModelBuilder& family(std::string name) {
    entry_.info.family = std::move(name);
    return *this;
  }
  ImageModelBuilder& summary(std::string line) {
    entry_.info.summary = std::move(line);
    return *this;
  }
  // Square input of `size_px`, cut from a resized image whose shorter side is size_px / crop_pct.
  ImageModelBuilder& input(std::int64_t size_px, double crop_pct = 0.875) {
    entry_.info.input_shape = {3, size_px, size_px};
    entry_.info.preprocessing.crop_px = size_px;
    entry_.info.preprocessing.crop_pct = crop_pct;
    return *this;
  }
  ImageModelBuilder& paper(Paper paper) {
    entry_.info.paper = std::move(paper);
    return *this;
  }
  ImageModelBuilder& test_variant() {
    entry_.info.is_test_variant = true;
    return *this;
  }
  ImageModelBuilder& integer(std::string name, std::int64_t value, std::string help) {
    entry_.schema.integer(std::move(name), value, std::move(help));
    return *this;
  }
  ImageModelBuilder& number(std::string name, double value, std::string help) {
    entry_.schema.number(std::move(name), value, std::move(help));
    return *this;
  }

  operator ModelEntry() const {
    ModelEntry entry = entry_;
    entry.build = [info = entry_.info](const Params& params) -> std::unique_ptr<Model> {
      return std::make_unique<ImageModel<Net>>(info, params);
    };
    return entry;
  }

 private:
  ModelEntry entry_;
};

template <ImageNetwork Net>
ImageModelBuilder<Net> image_model(std::string name) {
  return ImageModelBuilder<Net>(std::move(name));
}

}  // namespace yardstick
