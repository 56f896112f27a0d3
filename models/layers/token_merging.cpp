#include "models/layers/token_merging.h"

#include "models/layers/no_autocast.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <tuple>

namespace yardstick::layers {
namespace {

at::ScalarType single_at_least(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

at::TensorOptions position_options(const at::Tensor& like) {
  return at::TensorOptions(like.device()).dtype(at::kLong);
}

// Positions [B, K] among N tokens as rows of the memory of [B, N, C], [B * K].
at::Tensor rows_of(const at::Tensor& positions, std::int64_t tokens) {
  const std::int64_t batch = positions.size(0);
  if (batch == 1) return positions.flatten();
  const at::Tensor first =
      at::arange(0, batch * tokens, tokens, position_options(positions)).unsqueeze(1);  // [B, 1]
  return (positions + first).flatten();
}

at::Tensor kept_tokens(const at::Tensor& x, const TokenMatching& matching) {
  return matching.kept.defined() ? take_rows(x, matching.kept) : x;
}

// Adds `joining` [B, R, C] to the places of `sums` [B, M, C] that they join; `sums` must own its
// memory.
void add_joining(at::Tensor& sums, const at::Tensor& joining, const TokenMatching& matching) {
  sums.flatten(0, 1).index_add_(0, rows_of(matching.into, sums.size(1)), joining.flatten(0, 1));
}

// The best partner of each of `a` [B, R, d] among `b` [B, M, d], both of unit length: its
// similarity and its index, [B, R].
std::tuple<at::Tensor, at::Tensor> best_of(const at::Tensor& a, const at::Tensor& b) {
  const NoAutocast no_autocast;
  return at::matmul(a, b.transpose(1, 2)).max(-1);
}

}  // namespace

at::Tensor mean_keys(const at::Tensor& keys) {
  return at::mean(keys.detach(), /*dim=*/2, /*keepdim=*/false, single_at_least(keys));
}

at::Tensor to_unit_length(const at::Tensor& metric) {
  const at::Tensor wide = metric.detach().to(single_at_least(metric));
  return wide / at::norm(wide, /*p=*/2, /*dim=*/-1, /*keepdim=*/true);
}

BipartiteSplit bipartite_split(std::int64_t tokens, std::int64_t r, ProtectedTokens guarded) {
  YS_CHECK(guarded.first == 0 || (guarded.first == 1 && guarded.count <= 1), guarded.first);
  const std::int64_t end = guarded.end();
  return {.merges = std::max(std::int64_t{0}, std::min(r, (tokens - guarded.count) / 2)),
          .guarded_a = (end + 1) / 2 - (guarded.first + 1) / 2,
          .guarded_b = end / 2 - guarded.first / 2};
}

TokenMatching bipartite_soft_matching(const at::Tensor& metric, std::int64_t r,
                                      ProtectedTokens guarded) {
  const std::int64_t batch = metric.size(0);
  const std::int64_t tokens = metric.size(1);
  // Protected tokens are left out of the similarities, where the official code sets theirs to minus
  // infinity.
  const auto [merges, guarded_a, guarded_b] = bipartite_split(tokens, r, guarded);
  if (merges == 0) return {};

  const at::Tensor unit = to_unit_length(metric);
  const auto [similarity, partner] =
      best_of(unit.slice(1, 2 * guarded_a, tokens, 2), unit.slice(1, 2 * guarded_b + 1, tokens, 2));
  const at::Tensor order =
      at::argsort(similarity, /*stable=*/true, /*dim=*/1, /*descending=*/true);  // [B, free of A]
  const at::Tensor chosen = order.slice(1, 0, merges);
  at::Tensor rest = order.slice(1, merges);
  if (guarded_a > 0) rest = std::get<0>(at::sort(rest, /*dim=*/1));

  const std::int64_t unmerged = guarded_a + rest.size(1);
  TokenMatching matching;
  matching.merged = 2 * (chosen + guarded_a);
  matching.into = partner.gather(1, chosen) + (unmerged + guarded_b);

  const auto places = [&](std::int64_t first, std::int64_t last, std::int64_t step) {
    return at::arange(first, last, step, position_options(metric)).expand({batch, -1});
  };
  const at::Tensor rest_places = 2 * (rest + guarded_a);
  const at::Tensor free_b = places(2 * guarded_b + 1, std::max(tokens, 2 * guarded_b + 1), 2);
  if (guarded.first == 0) {
    matching.kept = at::cat({places(0, guarded.end(), 1), rest_places, free_b}, 1);  // [B, N - r]
  } else {
    // The distillation token stays second, and whatever of A is first goes before it.
    matching.kept =
        at::cat({rest_places.slice(1, 0, 1), places(1, 2, 1), rest_places.slice(1, 1), free_b}, 1);
  }
  return matching;
}

TokenMatching kth_bipartite_matching(const at::Tensor& metric, std::int64_t k) {
  const std::int64_t batch = metric.size(0);
  const std::int64_t groups = k > 1 ? metric.size(1) / k : 0;
  if (groups == 0) return {};
  const at::Tensor places =
      at::arange(groups * k, position_options(metric)).view({groups, k});  // row by row
  TokenMatching matching;
  matching.kept = places.select(1, k - 1).expand({batch, -1});
  matching.merged = places.slice(1, 0, k - 1).flatten().expand({batch, -1});
  const at::Tensor unit = to_unit_length(metric);
  matching.into =
      std::get<1>(best_of(take_rows(unit, matching.merged), take_rows(unit, matching.kept)));
  return matching;
}

TokenMatching random_bipartite_matching(const at::Tensor& metric, std::int64_t r,
                                        const at::Tensor& noise) {
  r = std::min(r, metric.size(1) - 1);
  if (r <= 0) return {};
  const at::Tensor order = at::argsort(noise, /*stable=*/true, /*dim=*/1);
  TokenMatching matching;
  matching.merged = order.slice(1, 0, r);
  matching.kept = order.slice(1, r);
  const at::Tensor unit = to_unit_length(metric);
  matching.into =
      std::get<1>(best_of(take_rows(unit, matching.merged), take_rows(unit, matching.kept)));
  return matching;
}

at::Tensor take_rows(const at::Tensor& x, const at::Tensor& positions) {
  const std::int64_t width = x.size(2);
  const at::Tensor rows = x.reshape({-1, width});  // [B * N, C]
  return rows.index_select(0, rows_of(positions, x.size(1)))
      .view({positions.size(0), positions.size(1), width});
}

at::Tensor merge(const at::Tensor& x, const TokenMatching& matching, MergeMode mode) {
  if (!matching.merged.defined()) return kept_tokens(x, matching);
  const at::Tensor joining = take_rows(x, matching.merged);
  if (mode == MergeMode::kMax) {
    const at::Tensor places = matching.into.unsqueeze(-1).expand(joining.sizes());
    return kept_tokens(x, matching).scatter_reduce(1, places, joining, "amax");
  }
  at::Tensor sums = matching.kept.defined() ? take_rows(x, matching.kept) : x.clone();
  add_joining(sums, joining, matching);
  if (mode == MergeMode::kSum) return sums;
  const at::Tensor counts = merge_sizes(at::ones({x.size(0), x.size(1)}, x.options()), matching);
  return sums / counts.unsqueeze(-1);
}

at::Tensor merge_sizes(const at::Tensor& size, const TokenMatching& matching) {
  const at::Tensor own = matching.kept.defined() ? size.gather(1, matching.kept) : size;
  if (!matching.merged.defined()) return own;
  return own.scatter_add(1, matching.into, size.gather(1, matching.merged));
}

WeightedTokens merge_wavg(const at::Tensor& x, const at::Tensor& size,
                          const TokenMatching& matching) {
  const at::Tensor old = size.defined() ? size : unit_sizes(x);
  if (!matching.merged.defined()) return {kept_tokens(x, matching), merge_sizes(old, matching)};

  const at::Tensor own = matching.kept.defined() ? old.gather(1, matching.kept) : old;  // [B, M]
  const at::Tensor joining = old.gather(1, matching.merged);                            // [B, R]
  WeightedTokens merged;
  merged.size = own.scatter_add(1, matching.into, joining);
  // Shares of the new size instead of sums that are divided: one pass over the tokens less, and
  // those that nothing joins stay as they are. A share is of size's type, so that half types are
  // added up in single precision.
  const at::Tensor own_share = (own / merged.size).unsqueeze(-1);
  const at::Tensor joining_share =
      (joining / merged.size.gather(1, matching.into)).unsqueeze(-1);  // [B, R, 1]
  at::Tensor sums = kept_tokens(x, matching) * own_share;
  add_joining(sums, take_rows(x, matching.merged) * joining_share, matching);
  merged.x = sums.to(x.scalar_type());
  return merged;
}

at::Tensor unit_sizes(const at::Tensor& like) {
  return at::ones({like.size(0), like.size(1)}, like.options().dtype(single_at_least(like)));
}

at::Tensor unit_source(const at::Tensor& like) {
  return at::eye(like.size(1), like.options().dtype(single_at_least(like)))
      .expand({like.size(0), -1, -1});
}

at::Tensor merge_source(const at::Tensor& source, const TokenMatching& matching) {
  return merge(source, matching, MergeMode::kMax);
}

at::Tensor unmerge(const at::Tensor& x, const TokenMatching& matching, std::int64_t tokens) {
  if (matching.changes_nothing()) return x;
  at::Tensor out = at::zeros({x.size(0), tokens, x.size(2)}, x.options());
  const auto put = [&](const at::Tensor& places, const at::Tensor& values) {
    out.scatter_(1, places.unsqueeze(-1).expand(values.sizes()), values);
  };
  if (matching.kept.defined()) {
    put(matching.kept, x);
  } else {
    out.copy_(x);
  }
  if (matching.merged.defined()) put(matching.merged, take_rows(x, matching.into));
  return out;
}

}  // namespace yardstick::layers
