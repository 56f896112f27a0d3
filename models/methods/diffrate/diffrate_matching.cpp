#include "models/methods/diffrate/diffrate_matching.h"

#include "models/layers/no_autocast.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cmath>

namespace yardstick {
namespace {

c10::ScalarType wide_type(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

}  // namespace

at::Tensor class_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& key_bias) {
  const at::NoGradGuard no_grad;
  const double scale = 1.0 / std::sqrt(static_cast<double>(queries.size(3)));
  // One row a head: a product would copy the strided keys first, and this reads them once.
  at::Tensor logits = (keys * queries.slice(1, 0, 1)).sum(-1, false, wide_type(keys));  // [B, N, H]
  logits = logits * scale;
  if (key_bias.defined()) logits = logits + key_bias.unsqueeze(-1);
  return at::softmax(logits, 1).mean(-1);  // [B, N]
}

at::Tensor by_importance(const at::Tensor& attention, std::int64_t kept) {
  const at::Tensor others = attention.slice(1, 1);
  const at::Tensor order =
      at::argsort(others, /*stable=*/true, /*dim=*/1, /*descending=*/true).slice(1, 0, kept - 1);
  return at::cat({at::zeros({order.size(0), 1}, order.options()), order + 1}, 1);
}

ImportanceMatching match_by_importance(const at::Tensor& x, const at::Tensor& order,
                                       std::int64_t kept, std::int64_t prefix) {
  const at::NoGradGuard no_grad;
  const layers::NoAutocast no_autocast;
  ImportanceMatching matched;
  matched.matching.kept = order.slice(1, 0, kept);
  if (kept >= order.size(1)) return matched;
  const at::Tensor metric = layers::to_unit_length(layers::take_rows(x, order));  // [B, K, C]
  const at::Tensor similarity =
      at::matmul(metric.slice(1, kept),
                 metric.slice(1, prefix, kept).transpose(1, 2));  // [B, R, kept - prefix]
  const auto [best, nearest] = similarity.max(-1);
  matched.similarity = best;
  matched.matching.merged = order.slice(1, kept);
  matched.matching.into = nearest + prefix;
  return matched;
}

at::Tensor merge_sizes(const at::Tensor& size, const ImportanceMatching& matched) {
  const layers::TokenMatching& matching = matched.matching;
  if (!matched.similarity.defined()) return layers::merge_sizes(size, matching);
  return size.gather(1, matching.kept)
      .scatter_add(1, matching.into, size.gather(1, matching.merged) * matched.similarity);
}

}  // namespace yardstick
