#pragma once

#include <yardstick/error.h>
#include <yardstick/golden.h>
#include <yardstick/model.h>

#include <torch/nn/module.h>

#include <memory>
#include <utility>

namespace yardstick {

// Stands in for a model in cases of entry "function", which compute from tensors alone: a network
// without weights that cannot be run.
class FunctionModel final : public Model {
 public:
  explicit FunctionModel(ModelInfo info) : info_(std::move(info)) {}

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *module_; }
  ModelOutput forward(const Batch& /*batch*/, ActivationTap* /*tap*/) override {
    throw_data(concat(info_.name, " is a function and no network"));
  }

 private:
  ModelInfo info_;
  std::shared_ptr<torch::nn::Module> module_ = std::make_shared<torch::nn::Module>();
};

inline std::unique_ptr<Model> make_function_model(const GoldenCase& golden) {
  ModelInfo info;
  info.name = golden.name;
  info.family = golden.family;
  return std::make_unique<FunctionModel>(std::move(info));
}

}  // namespace yardstick
