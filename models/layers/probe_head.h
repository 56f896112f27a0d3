#pragma once

#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick::layers {

struct ProbeHeadConfig {
  std::int64_t width = 0;
  std::int64_t classes = 0;
};

// The head of a linear probe: a batch norm named 0 and a linear layer named 1 (MAE, appendix A.1).
class ProbeHead : public torch::nn::Module {
 public:
  explicit ProbeHead(const ProbeHeadConfig& config);

  at::Tensor forward(const at::Tensor& x, const TapScope& tap);  // [N, width] -> [N, classes]

  // Weight normal with deviation 0.01, bias 0, as MAE's main_linprobe starts.
  void init_weights();

 private:
  std::shared_ptr<ProbeBatchNorm> norm_;
  std::shared_ptr<Linear> linear_;
};

}  // namespace yardstick::layers
