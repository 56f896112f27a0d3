#pragma once

#include <ATen/core/Tensor.h>

namespace yardstick::layers {

// A constant of a module that no checkpoint holds, on whatever device the module was moved to. It
// is copied there the first time that it is asked for, and so not while a CUDA graph is captured.
// Not thread-safe.
class DeviceConstant {
 public:
  DeviceConstant() = default;
  explicit DeviceConstant(at::Tensor on_cpu);

  const at::Tensor& on(c10::Device device) const;
  // On the device and of the type of `other`.
  const at::Tensor& like(const at::Tensor& other) const;

 private:
  const at::Tensor& placed(c10::Device device, at::ScalarType type) const;

  at::Tensor on_cpu_;
  mutable at::Tensor placed_;
};

}  // namespace yardstick::layers
