#pragma once

#include "models/layers/linear.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick::layers {

struct MlpConfig {
  std::int64_t width = 0;
  std::int64_t hidden = 0;
  bool has_bias = true;
  std::int64_t width_out = 0;  // 0: width
};

// fc1, GELU (the exact one, by erf), fc2.
class Mlp : public torch::nn::Module {
 public:
  explicit Mlp(const MlpConfig& config);

  // [..., width] -> [..., width_out]
  at::Tensor forward(const at::Tensor& x, const TapScope& tap) const;

 private:
  std::shared_ptr<Linear> fc1_;
  std::shared_ptr<Linear> fc2_;
};

}  // namespace yardstick::layers
