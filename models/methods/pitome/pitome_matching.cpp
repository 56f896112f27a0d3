#include "models/methods/pitome/pitome_matching.h"

#include "models/layers/no_autocast.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/norm.h>

#include <cmath>
#include <numbers>

namespace yardstick {
namespace {

constexpr double kNormalizeEps = 1e-12;  // torch.nn.functional.normalize's

at::Tensor ranked(const at::Tensor& values) {
  return at::argsort(values, /*stable=*/true, /*dim=*/-1, /*descending=*/true);
}

// The places of each side among the tokens behind the prefix.
struct Sides {
  at::Tensor others;   // [B, T - |a| - |b|], those that take no part
  at::Tensor sources;  // [B, |a|]
  at::Tensor targets;  // [B, |b|]
};

Sides sides_of(const at::Tensor& ranks, PitomeSplit split, std::int64_t r) {
  switch (split) {
    case PitomeSplit::kPlain:
      return {ranks.slice(1, 2 * r), ranks.slice(1, 0, 2 * r, 2), ranks.slice(1, 1, 2 * r, 2)};
    case PitomeSplit::kText:
      return {ranks.slice(1, 2 * r), ranks.slice(1, 0, r), ranks.slice(1, r, 2 * r)};
    case PitomeSplit::kBsm:
      break;
  }
  const std::int64_t tokens = ranks.size(1);
  return {ranks.slice(1, tokens), ranks.slice(1, 0, tokens, 2), ranks.slice(1, 1, tokens, 2)};
}

// Cosines of each of `rows` [B, R] to each of `columns` [B, M]: [B, R, M].
at::Tensor between(const at::Tensor& cosines, const at::Tensor& rows, const at::Tensor& columns) {
  return layers::take_rows(cosines, rows)
      .gather(2, columns.unsqueeze(1).expand({-1, rows.size(1), -1}));
}

}  // namespace

std::int64_t pitome_merges(std::int64_t tokens, double ratio) {
  if (ratio >= 1) return 0;
  const auto count = static_cast<double>(tokens);
  return static_cast<std::int64_t>(std::floor(count - count * ratio));
}

at::Tensor pitome_cosines(const at::Tensor& metric) {
  const at::Tensor length = at::norm(metric, /*p=*/2, /*dim=*/-1, /*keepdim=*/true);
  const at::Tensor unit = metric / length.clamp_min(kNormalizeEps);
  return at::matmul(unit, unit.transpose(1, 2));
}

at::Tensor pitome_energy(const at::Tensor& cosines, const PitomeOptions& options) {
  if (options.split != PitomeSplit::kText) {
    return at::elu(cosines - options.margin, options.alpha).mean(-1);
  }
  const double deviation = 1.0 - options.margin;
  const at::Tensor distance = (1 - cosines) / deviation;
  const double density = 1.0 / (deviation * std::sqrt(2.0 * std::numbers::pi));
  return (distance * distance * -0.5).exp().mean(-1) * density;
}

layers::TokenMatching pitome_matching(const at::Tensor& metric, const PitomeOptions& options) {
  const at::NoGradGuard no_grad;
  const layers::NoAutocast no_autocast;
  const std::int64_t prefix = options.prefix;
  const std::int64_t tokens = metric.size(1) - prefix;
  const std::int64_t r = pitome_merges(tokens, options.ratio);
  if (r <= 0) return {};
  YS_CHECK(2 * r <= tokens, r, " of ", tokens);

  const at::Tensor cosines = pitome_cosines(metric.slice(1, prefix));
  const Sides sides = sides_of(ranked(pitome_energy(cosines, options)), options.split, r);
  const auto [best, nearest] = between(cosines, sides.sources, sides.targets).max(-1);

  at::Tensor unmerged = sides.others;
  at::Tensor merged = sides.sources;
  at::Tensor into = nearest;
  if (options.split == PitomeSplit::kBsm) {
    const at::Tensor order = ranked(best);  // [B, |a|]
    const at::Tensor chosen = order.slice(1, 0, r);
    unmerged = sides.sources.gather(1, order.slice(1, r));
    merged = sides.sources.gather(1, chosen);
    into = nearest.gather(1, chosen);
  }

  const at::Tensor guarded =
      at::arange(prefix, into.options()).expand({metric.size(0), -1});  // [B, prefix]
  layers::TokenMatching matching;
  matching.kept = at::cat({guarded, unmerged + prefix, sides.targets + prefix}, 1);  // [B, N - r]
  matching.merged = merged + prefix;
  matching.into = into + (prefix + unmerged.size(1));
  return matching;
}

}  // namespace yardstick
