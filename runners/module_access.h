#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace torch::nn {
class Module;
}

namespace yardstick {

// What runners do to a network. Behind functions so that one source file pays for torch/nn.

enum class ModuleMode { kTrain, kEval };

struct NamedParameter {
  std::string name;
  at::Tensor value;  // the parameter itself: its gradient is read and written through it
};

// Trained and frozen parameters in the module's order, without buffers. Shared ones appear once.
std::vector<NamedParameter> parameters_of(torch::nn::Module& module);

// Buffers (running statistics) without parameters, in the module's order.
std::vector<at::Tensor> buffers_of(torch::nn::Module& module);

void set_mode(torch::nn::Module& module, ModuleMode mode);

// Moves parameters and buffers; the floating ones also take `dtype`, integer buffers keep theirs.
void move_module(torch::nn::Module& module, c10::Device device, c10::ScalarType dtype);

// Lays 4-D parameters out as channels_last.
void use_channels_last(torch::nn::Module& module);

// Bytes of all parameters and buffers.
std::int64_t weight_bytes(torch::nn::Module& module);

// Frees all gradients.
void clear_gradients(torch::nn::Module& module);

}  // namespace yardstick
