#include "models/layers/masking.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/var.h>

namespace yardstick::layers {
namespace {

constexpr double kVarianceEps = 1e-6;

struct PatchScale {
  at::Tensor mean;       // [..., 1]
  at::Tensor deviation;  // [..., 1]
};

PatchScale scale_of(const at::Tensor& patches) {
  const at::Tensor variance = at::var(patches, /*dim=*/-1, /*unbiased=*/true, /*keepdim=*/true);
  return {patches.mean(-1, /*keepdim=*/true), (variance + kVarianceEps).sqrt()};
}

}  // namespace

std::int64_t kept_tokens(std::int64_t tokens, double mask_ratio) {
  const auto kept = static_cast<std::int64_t>(static_cast<double>(tokens) * (1.0 - mask_ratio));
  if (kept < 1 || kept >= tokens) {
    throw_user(concat("a mask ratio of ", mask_ratio, " keeps ", kept, " of ", tokens, " tokens"),
               "choose one that keeps some and removes some");
  }
  return kept;
}

TokenMask mask_by_noise(const at::Tensor& noise, double mask_ratio) {
  const std::int64_t kept = kept_tokens(noise.size(1), mask_ratio);
  const at::Tensor order = at::argsort(noise, /*stable=*/true, /*dim=*/1);
  TokenMask mask;
  mask.kept = order.slice(1, 0, kept);
  mask.restore = at::argsort(order, /*stable=*/true, /*dim=*/1);
  mask.removed = (mask.restore >= kept).to(at::kFloat);
  return mask;
}

at::Tensor take_tokens(const at::Tensor& tokens, const at::Tensor& positions) {
  return tokens.gather(1, positions.unsqueeze(-1).expand({-1, -1, tokens.size(2)}));
}

at::Tensor normalise_patches(const at::Tensor& patches) {
  const PatchScale scale = scale_of(patches);
  return (patches - scale.mean) / scale.deviation;
}

at::Tensor restore_patches(const at::Tensor& predicted, const at::Tensor& patches) {
  const PatchScale scale = scale_of(patches);
  return predicted * scale.deviation + scale.mean;
}

}  // namespace yardstick::layers
