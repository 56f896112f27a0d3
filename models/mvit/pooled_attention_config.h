#pragma once

#include "models/mvit/pool_shape.h"

#include <cstdint>
#include <optional>
#include <string>

namespace yardstick {

// How queries, keys and values are pooled.
enum class MvitPoolMode {
  kConv,          // a convolution of each channel, one for all heads, and a layer norm
  kConvUnshared,  // the same with weights for each head; before the projections only
  kMax,
  kMean
};

struct PooledAttentionConfig {
  std::int64_t width_in = 0;
  std::int64_t width_out = 0;  // a multiple of heads
  std::int64_t heads = 0;
  Thw grid = {};                         // of the tokens that come in
  std::int64_t prefix_tokens = 0;        // class tokens in front of them, which are not pooled
  std::optional<PoolShape> q_pool = {};  // none: not pooled
  std::optional<PoolShape> kv_pool = {};
  MvitPoolMode mode = MvitPoolMode::kConv;
  bool pools_first = false;       // before the projections, which are separate then
  bool has_separate_qkv = false;  // q, k and v in place of qkv
  bool has_qkv_bias = true;
  bool has_residual_pooling = false;  // adds the pooled queries to what they attended to
  std::int64_t space_table = 0;       // rows of rel_pos_h and rel_pos_w; 0: none
  std::int64_t time_table = 0;        // rows of rel_pos_t; 0: none
  bool has_zero_tables = false;       // relative positions start at 0
  double norm_eps = 1e-6;

  Thw q_grid() const { return q_pool ? q_pool->pooled(grid) : grid; }
  Thw kv_grid() const { return kv_pool ? kv_pool->pooled(grid) : grid; }
  std::int64_t head_width() const { return width_out / heads; }
};

// Why no attention can be built from `config`, or nothing.
std::optional<std::string> problem_of(const PooledAttentionConfig& config);

}  // namespace yardstick
