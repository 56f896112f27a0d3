#include "models/layers/device_constant.h"

#include <c10/core/InferenceMode.h>

#include <utility>

namespace yardstick::layers {

DeviceConstant::DeviceConstant(at::Tensor on_cpu) : on_cpu_(std::move(on_cpu)) {}

const at::Tensor& DeviceConstant::on(c10::Device device) const {
  return placed(device, on_cpu_.scalar_type());
}

const at::Tensor& DeviceConstant::like(const at::Tensor& other) const {
  return placed(other.device(), other.scalar_type());
}

const at::Tensor& DeviceConstant::placed(c10::Device device, at::ScalarType type) const {
  if (!placed_.defined() || placed_.device() != device || placed_.scalar_type() != type) {
    // A tensor made in inference mode could not be used with gradients afterwards.
    const c10::InferenceMode outside(false);
    placed_ = on_cpu_.to(device, type);
  }
  return placed_;
}

}  // namespace yardstick::layers
