#pragma once

#include "runners/device.h"
#include "runners/numerics.h"

#include <yardstick/model.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yardstick {

// Forward passes as they are measured: on rotating inputs on the device, under autocast for kAmp
// and in the weights' own dtype otherwise. The model stays as it is: put it into evaluation mode,
// on the device and into dtype_of(precision) before, and keep InferenceMode on.
class InferenceSteps {
 public:
  InferenceSteps(Model& model, DeviceBackend& device, Precision precision, bool uses_channels_last);

  // A copy of `images` as steps take them.
  at::Tensor to_device(const at::Tensor& images) const;

  void forward(const at::Tensor& input);

  // Steps run on copies of these in turn.
  void use_inputs(const std::vector<at::Tensor>& host_buffers);

  // Step number `index` on its input: the captured pass, with the input copied into its place, or a
  // call of the model.
  void run(std::int64_t index);

  // Records the pass, so that the host's launches no longer count. Returns why that cannot be, or
  // nothing. Call use_inputs before.
  std::string capture();
  // Calls the model again, and frees what the recorded pass holds.
  void drop_capture();

 private:
  Model& model_;
  DeviceBackend& device_;
  Precision precision_;
  bool uses_channels_last_;
  std::vector<at::Tensor> inputs_;
  at::Tensor captured_input_;
  std::unique_ptr<StepGraph> graph_;
};

}  // namespace yardstick
