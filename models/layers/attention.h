#pragma once

#include "models/layers/block_reduction.h"
#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick::layers {

struct AttentionConfig {
  std::int64_t width = 0;
  std::int64_t heads = 0;  // must divide width
  bool has_qkv_bias = true;
  bool has_proj_bias = true;
  bool has_qk_norm = false;  // layer norm over each head's queries and keys
  double norm_eps = kNormEps;
};

// Multi-head self-attention with packed queries, keys and values, in timm's layout: the rows of
// qkv.weight are all q, all k, all v, heads in order within each; scale head_dim^-0.5.
class Attention : public torch::nn::Module {
 public:
  explicit Attention(const AttentionConfig& config);

  // [B, N, width]. With a `reduction` its attention is computed, and it sees queries and keys.
  at::Tensor forward(const at::Tensor& x, const TapScope& tap,
                     BlockReduction* reduction = nullptr) const;

 private:
  at::Tensor attend_widened(const at::Tensor& x, const at::Tensor& key_bias,
                            BlockReduction& reduction) const;

  std::int64_t heads_;
  std::shared_ptr<Linear> qkv_;
  std::shared_ptr<LayerNorm> q_norm_;  // null without has_qk_norm
  std::shared_ptr<LayerNorm> k_norm_;
  std::shared_ptr<Linear> proj_;
};

// softmax(q k^T / sqrt(d)) v for q [B, M, G, d] and k, v [B, N, G, d], which may be strided views
// with last stride 1: nothing is copied. Returns [B, M, G, d], contiguous. The call underneath is
// always 4-D, since every fused kernel is refused for 5-D tensors.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// softmax(q k^T / sqrt(d) + key_bias) v: `key_bias` [B, N], of single precision at least and
// without gradient, is added to the logits of each key, as the log of its size is in ToMe's
// proportional attention (arXiv 2210.09461, equation 1). Undefined: none. Fused like the above; the
// bias keeps its precision for half types too.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                  const at::Tensor& key_bias);

}  // namespace yardstick::layers
