#include "runners/inference_steps.h"

#include <ATen/ops/empty_like.h>

namespace yardstick {

InferenceSteps::InferenceSteps(Model& model, DeviceBackend& device, Precision precision,
                               bool uses_channels_last)
    : model_(model),
      device_(device),
      precision_(precision),
      uses_channels_last_(uses_channels_last) {}

at::Tensor InferenceSteps::to_device(const at::Tensor& images) const {
  at::Tensor moved = images.to(device_.device(), dtype_of(precision_), /*non_blocking=*/false,
                               /*copy=*/true);
  if (uses_channels_last_ && moved.dim() == 4) {
    moved = moved.contiguous(at::MemoryFormat::ChannelsLast);
  }
  return moved;
}

void InferenceSteps::forward(const at::Tensor& input) {
  const c10::DeviceType device = device_.device().type();
  // Weights cast beforehand need no autocast, which would cast them in every step.
  const AutocastScope autocast(device, precision_ == Precision::kAmp
                                           ? product_precision(precision_, device)
                                           : Precision::kFp32);
  Batch batch;
  batch.input = input;
  model_.forward(batch);
}

void InferenceSteps::use_inputs(const std::vector<at::Tensor>& host_buffers) {
  drop_capture();
  inputs_.clear();
  for (const at::Tensor& buffer : host_buffers) inputs_.push_back(to_device(buffer));
}

void InferenceSteps::run(std::int64_t index) {
  const at::Tensor& input = inputs_[static_cast<std::size_t>(index) % inputs_.size()];
  if (graph_ == nullptr) {
    forward(input);
  } else {
    captured_input_.copy_(input, /*non_blocking=*/true);
    graph_->replay();
  }
}

std::string InferenceSteps::capture() {
  captured_input_ = at::empty_like(inputs_.front());
  captured_input_.copy_(inputs_.front());
  std::string why_not;
  graph_ = device_.capture([this] { forward(captured_input_); }, why_not);
  if (graph_ == nullptr) captured_input_.reset();
  return why_not;
}

void InferenceSteps::drop_capture() {
  graph_.reset();
  captured_input_.reset();
}

}  // namespace yardstick
