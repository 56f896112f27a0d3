#pragma once

#include "models/layers/attention.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/reversible.h"
#include "models/layers/split_attention.h"

#include <cstdint>
#include <memory>

namespace yardstick {

struct AttentionBranchConfig {
  std::int64_t width = 0;
  std::int64_t heads = 0;  // must divide width
  bool has_qkv_bias = true;
  bool has_separate_qkv = true;  // named q, k and v; else one layer, named qkv
  double norm_eps = layers::kNormEps;
};

// F of a Rev-ViT: norm and self-attention, named norm and attn. AttentionSubBlock of PySlowFast's
// reversible_mvit.py without pooling.
class AttentionBranch : public layers::ReversibleBranch {
 public:
  explicit AttentionBranch(const AttentionBranchConfig& config);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const override;

 private:
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<layers::Attention> packed_;  // null with separate layers, and the other way round
  std::shared_ptr<layers::SplitAttention> separate_;
};

struct MlpBranchConfig {
  std::int64_t width = 0;
  double mlp_ratio = 4.0;
  double norm_eps = layers::kNormEps;
};

// G of Rev-ViT and Rev-MViT: norm and MLP, named norm and mlp. MLPSubblock of reversible_mvit.py.
class MlpBranch : public layers::ReversibleBranch {
 public:
  explicit MlpBranch(const MlpBranchConfig& config);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap) const override;

 private:
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<layers::Mlp> mlp_;
};

}  // namespace yardstick
