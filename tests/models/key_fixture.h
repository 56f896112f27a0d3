#pragma once

#include <yardstick/model.h>

#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>

#include <string>

namespace yardstick::test {

inline constexpr LoadOptions kResetHead{.reset_head = true};

// Random weights under the names of `model`, as a checkpoint of its own kind has them.
inline TensorMap random_weights(Model& model) {
  TensorMap weights;
  for (const auto& [name, tensor] : state_of(model.module())) {
    weights[name] =
        tensor.is_floating_point() ? at::randn(tensor.sizes()) : at::ones({}, at::kLong);
  }
  return weights;
}

// The same tensors as a wrapper around the model names them.
inline TensorMap wrapped_in(const std::string& prefix, const TensorMap& weights) {
  TensorMap wrapped;
  for (const auto& [name, tensor] : weights) wrapped[prefix + name] = tensor;
  return wrapped;
}

}  // namespace yardstick::test
