#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yardstick::layers {

// Which of N tokens (or mask units) an encoder sees: those with the least noise.
struct TokenMask {
  at::Tensor kept;     // int64 [B, K], positions by ascending noise
  at::Tensor restore;  // int64 [B, N], where each position went: argsort of the argsort of the noise
  at::Tensor removed;  // float [B, N], 1 where removed and 0 where kept
};

// K = int(N * (1 - mask_ratio)), in double precision and cut off, as the official codes compute it.
// Throws User unless at least one is kept and one removed.
std::int64_t kept_tokens(std::int64_t tokens, double mask_ratio);

// `noise` is [B, N]. Equal noise keeps the earlier position first.
TokenMask mask_by_noise(const at::Tensor& noise, double mask_ratio);

// [B, N, C] and int64 [B, K] -> [B, K, C].
at::Tensor take_tokens(const at::Tensor& tokens, const at::Tensor& positions);

// (x - mean) / sqrt(variance + 1e-6) over the last dimension, the variance divided by n - 1: the
// targets of MAE's norm_pix_loss.
at::Tensor normalise_patches(const at::Tensor& patches);
// `predicted` in the scale of `patches`: what normalise_patches took off put back.
at::Tensor restore_patches(const at::Tensor& predicted, const at::Tensor& patches);

}  // namespace yardstick::layers
