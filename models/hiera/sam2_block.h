#pragma once

#include "models/hiera/sam2_config.h"
#include "models/layers/linear.h"
#include "models/layers/module_list.h"
#include "models/layers/norm.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <memory>

namespace yardstick {

// Attention over the tokens of each image or window, whose queries may be max-pooled first.
class Sam2Attention : public torch::nn::Module {
 public:
  explicit Sam2Attention(const Sam2BlockConfig& config);

  // [B, H, W, width_in] -> [B, H / pool_stride, W / pool_stride, width_out]
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::int64_t width_out_;
  std::int64_t heads_;
  std::int64_t pool_stride_;
  std::shared_ptr<layers::Linear> qkv_;
  std::shared_ptr<layers::Linear> proj_;
};

// Two linear layers, named layers.0 and layers.1, with GELU (the exact one) between.
class Sam2Mlp : public torch::nn::Module {
 public:
  explicit Sam2Mlp(const Sam2BlockConfig& config);

  at::Tensor forward(const at::Tensor& x) const;  // [..., width_out]

 private:
  std::shared_ptr<layers::ModuleList<layers::Linear>> layers_;
};

// Tokens stay in space. Windows that stick out over the edge are filled up with zeros after the
// first norm, and those zeros are attended to.
class Sam2Block : public torch::nn::Module {
 public:
  explicit Sam2Block(const Sam2BlockConfig& config);

  // [B, H, W, width_in] -> [B, H / pool_stride, W / pool_stride, width_out]
  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const;

  const Sam2BlockConfig& config() const noexcept { return config_; }

 private:
  at::Tensor attend(const at::Tensor& x) const;
  at::Tensor finish_branch(at::Tensor branch) const;

  Sam2BlockConfig config_;
  std::shared_ptr<layers::LayerNorm> norm1_;
  std::shared_ptr<Sam2Attention> attn_;
  std::shared_ptr<layers::LayerNorm> norm2_;
  std::shared_ptr<Sam2Mlp> mlp_;
  std::shared_ptr<layers::Linear> proj_;  // null unless the width changes
};

}  // namespace yardstick
