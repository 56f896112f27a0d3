#include "runners/module_access.h"

#include <yardstick/weights.h>

#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>

#include <unordered_set>

namespace yardstick {
namespace {

// Tied weights are one tensor under several names; it is visited once.
template <typename Function>
void for_each_tensor(torch::nn::Module& module, const Function& function) {
  const at::NoGradGuard no_grad;
  std::unordered_set<const c10::TensorImpl*> seen;
  for (auto tensors : {module.parameters(), module.buffers()}) {
    for (at::Tensor& tensor : tensors) {
      if (seen.insert(tensor.unsafeGetTensorImpl()).second) function(tensor);
    }
  }
}

}  // namespace

std::vector<NamedParameter> parameters_of(torch::nn::Module& module) {
  std::vector<NamedParameter> parameters;
  std::unordered_set<const c10::TensorImpl*> seen;
  for (const auto& item : module.named_parameters()) {
    if (seen.insert(item.value().unsafeGetTensorImpl()).second) {
      parameters.push_back({item.key(), item.value()});
    }
  }
  return parameters;
}

std::vector<at::Tensor> buffers_of(torch::nn::Module& module) { return module.buffers(); }

void set_mode(torch::nn::Module& module, ModuleMode mode) {
  module.train(mode == ModuleMode::kTrain);
}

void move_module(torch::nn::Module& module, c10::Device device, c10::ScalarType dtype) {
  for_each_tensor(module, [&](at::Tensor& tensor) {
    const c10::ScalarType target = tensor.is_floating_point() ? dtype : tensor.scalar_type();
    if (tensor.device() == device && tensor.scalar_type() == target) return;
    tensor.set_data(tensor.to(device, target));
  });
}

void use_channels_last(torch::nn::Module& module) {
  for_each_tensor(module, [](at::Tensor& tensor) {
    if (tensor.dim() == 4) tensor.set_data(tensor.contiguous(at::MemoryFormat::ChannelsLast));
  });
}

std::int64_t weight_bytes(torch::nn::Module& module) {
  std::int64_t bytes = 0;
  for_each_tensor(module, [&](const at::Tensor& tensor) {
    bytes += static_cast<std::int64_t>(tensor.nbytes());
  });
  return bytes;
}

void clear_gradients(torch::nn::Module& module) {
  for (at::Tensor& parameter : module.parameters()) parameter.mutable_grad() = at::Tensor();
}

}  // namespace yardstick
