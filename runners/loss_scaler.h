#pragma once

#include <yardstick/tensor_file.h>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yardstick {

// Dynamic loss scaling for fp16 gradients (Micikevicius et al. 2018, section 3.2; the rule is that
// of torch.amp.GradScaler): a non-finite gradient skips the step and halves the scale,
// `growth_interval` good steps in a row double it. Nothing is read by the host, so a GPU is never
// waited for.
class LossScaler {
 public:
  struct Options {
    double initial_scale = 65536;
    double growth_factor = 2;
    double backoff_factor = 0.5;
    std::int64_t growth_interval = 2000;
  };

  LossScaler(c10::Device device, const Options& options);

  at::Tensor scale(const at::Tensor& loss) const;
  // Divides the gradients by the scale and looks for non-finite ones.
  void unscale(const std::vector<at::Tensor>& gradients);
  // 1 where the last unscale met a non-finite gradient, else 0: what Adamw::step takes.
  const at::Tensor& found_inf() const { return found_inf_; }
  // After the optimiser's step.
  void update();

  double current_scale() const;
  // For checkpoints.
  TensorMap state() const { return {{"scale", scale_}, {"growth_tracker", growth_tracker_}}; }
  void load(const TensorMap& state);

 private:
  Options options_;
  at::Tensor scale_;           // float [1]
  at::Tensor growth_tracker_;  // int32 [1]
  at::Tensor found_inf_;       // float [1]
};

}  // namespace yardstick
