#include "models/mvit/pooled_attention.h"

#include "models/layers/attention.h"
#include "models/layers/init.h"
#include "models/layers/residual.h"

#include <yardstick/check.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

namespace yardstick {

using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;

namespace {

constexpr const char* kPartNames[] = {"q", "k", "v"};
constexpr double kTableStd = 0.02;

bool needs_grad(std::initializer_list<at::Tensor> tensors) {
  return at::GradMode::is_enabled() && std::ranges::any_of(tensors, [](const at::Tensor& tensor) {
           return tensor.defined() && tensor.requires_grad();
         });
}

}  // namespace

PooledAttention::PooledAttention(const PooledAttentionConfig& config) : config_(config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::int64_t head_width = config.head_width();
  const auto make_table = [&](const char* name, std::int64_t rows) {
    return register_parameter(name, at::empty({rows, head_width}));
  };
  if (config.space_table > 0) {
    tables_.rows = make_table("rel_pos_h", config.space_table);
    tables_.columns = make_table("rel_pos_w", config.space_table);
  }
  if (config.time_table > 0) tables_.time = make_table("rel_pos_t", config.time_table);

  const auto make_linear = [&](const char* name, std::int64_t in, std::int64_t out, bool has_bias) {
    return register_module(
        name, std::make_shared<Linear>(LinearConfig{.in = in, .out = out, .has_bias = has_bias}));
  };
  if (config.pools_first || config.has_separate_qkv) {
    for (std::size_t i = 0; i < 3; ++i) {
      parts_[i] =
          make_linear(kPartNames[i], config.width_in, config.width_out, config.has_qkv_bias);
    }
  } else {
    qkv_ = make_linear("qkv", config.width_in, 3 * config.width_out, config.has_qkv_bias);
  }
  proj_ = make_linear("proj", config.width_out, config.width_out, /*has_bias=*/true);

  const std::int64_t pooled_width = config.pools_first ? config.width_in : config.width_out;
  const std::int64_t groups = config.mode == MvitPoolMode::kConvUnshared ? 1 : config.heads;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::optional<PoolShape>& shape = i == 0 ? config.q_pool : config.kv_pool;
    if (!shape) continue;
    pools_[i].emplace(*this, kPartNames[i],
                      TokenPoolingConfig{.shape = *shape,
                                         .mode = config.mode,
                                         .grid = config.grid,
                                         .prefix_tokens = config.prefix_tokens,
                                         .groups = groups,
                                         .channels = pooled_width / groups,
                                         .norm_eps = config.norm_eps});
  }
  if (config.space_table > 0 || config.time_table > 0) {
    positions_.emplace(tables_, config.q_grid(), config.kv_grid(), config.prefix_tokens);
  }
}

void PooledAttention::init_tables(InitScale scale) const {
  for (const at::Tensor& table : {tables_.rows, tables_.columns, tables_.time}) {
    if (!table.defined()) continue;
    if (config_.has_zero_tables) {
      layers::constant(table, 0.0);
    } else if (scale == InitScale::kReference) {
      layers::trunc_normal(table, kTableStd);
    } else {
      layers::normal(table, 1.0 / std::sqrt(static_cast<double>(config_.head_width())));
    }
  }
}

at::Tensor PooledAttention::by_head(const at::Tensor& tokens) const {
  return tokens.view({tokens.size(0), tokens.size(1), config_.heads, config_.head_width()});
}

at::Tensor PooledAttention::project(Part part, const at::Tensor& x) const {
  const auto i = static_cast<std::size_t>(part);
  if (parts_[i]) return parts_[i]->forward(x);
  // A product for each, so that pooling finds the channels of a token side by side: the parts of a
  // packed one would be copied.
  const std::int64_t first = static_cast<std::int64_t>(part) * config_.width_out;
  const auto rows = [&](const at::Tensor& packed) {
    return packed.narrow(0, first, config_.width_out);
  };
  return at::linear(x, rows(qkv_->weight), qkv_->bias.defined() ? rows(qkv_->bias) : at::Tensor());
}

at::Tensor PooledAttention::pooled(Part part, const at::Tensor& x) const {
  const std::optional<TokenPooling>& pool = pools_[static_cast<std::size_t>(part)];
  if (config_.pools_first) {
    return by_head(project(part, pool ? pool->forward(x).flatten(2) : x));
  }
  const at::Tensor tokens = project(part, x);
  return pool ? pool->forward(tokens) : by_head(tokens);
}

at::Tensor PooledAttention::pool_as_queries(const at::Tensor& tokens) const {
  const std::optional<TokenPooling>& pool = pools_[static_cast<std::size_t>(Part::kQuery)];
  return pool ? pool->forward(tokens).flatten(2) : tokens;
}

at::Tensor PooledAttention::attend(const at::Tensor& q, const at::Tensor& k,
                                   const at::Tensor& v) const {
  if (!positions_) return layers::attend(q, k, v);
  const std::int64_t width = config_.head_width();
  const double scale = 1.0 / std::sqrt(static_cast<double>(width));
  at::Tensor out;
  // Folded, positions need no mask: a mask keeps CUDA's flash kernels out, loses digits in half
  // precision, and with a gradient has no fused kernel at all. A CPU's kernel takes a mask as it
  // is, 1.1 to 1.5 times as fast as more channels on images and alike on clips. Training folds also
  // where there is no gradient: a reversible block runs twice in a step, and must compute the same.
  if (q.is_cuda() || is_training() ||
      needs_grad({q, k, v, tables_.rows, tables_.columns, tables_.time})) {
    const RelativePositions::Folded folded = positions_->fold(q, k, scale);
    const at::Tensor padded_v = at::constant_pad_nd(v, {0, folded.q.size(3) - width});
    out = at::scaled_dot_product_attention(folded.q.transpose(1, 2), folded.k.transpose(1, 2),
                                           padded_v.transpose(1, 2), /*attn_mask=*/{},
                                           /*dropout_p=*/0.0, /*is_causal=*/false, scale)
              .slice(3, 0, width);
  } else {
    out = at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2),
                                           positions_->bias(q), /*dropout_p=*/0.0,
                                           /*is_causal=*/false, scale);
  }
  return out.transpose(1, 2).contiguous();  // [B, M, heads, d]
}

at::Tensor PooledAttention::add_queries(at::Tensor attended, const at::Tensor& q,
                                        const TapScope& tap) const {
  const std::int64_t prefix = config_.prefix_tokens;
  if (prefix == 0) return layers::add_branch(q, std::move(attended), tap);
  const at::Tensor behind = attended.slice(1, prefix);
  const at::Tensor sum = layers::add_branch(q.slice(1, prefix), behind, tap);
  // Overwritten where nobody can see it.
  if (sum.const_data_ptr() == behind.const_data_ptr()) return attended;
  return at::cat({attended.slice(1, 0, prefix), sum}, 1);
}

at::Tensor PooledAttention::forward(const at::Tensor& x, const TapScope& tap) const {
  const at::Tensor q = pooled(Part::kQuery, x);
  const at::Tensor k = pooled(Part::kKey, x);
  const at::Tensor v = pooled(Part::kValue, x);
  at::Tensor attended = attend(q, k, v);
  if (config_.has_residual_pooling) attended = add_queries(std::move(attended), q, tap);
  const at::Tensor out = proj_->forward(attended.flatten(2));
  tap.record("proj", out);
  tap.record(out);
  return out;
}

}  // namespace yardstick
