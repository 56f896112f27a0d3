#pragma once

#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/diffrate/diffrate_rates.h"

#include <yardstick/token_reduction.h>

#include <memory>

namespace yardstick {

// The softmax of [B, H, N, N] logits in which masked keys count for nothing, except each for itself
// (softmax_with_policy, patch/deit.py of OpenGVLab/DiffRate): e = exp(logits) * policy, then
// (e + eps / N) / (sum of e + eps), with eps 1e-6. `mask` is [B, N], near 1 or 0, and carries
// gradients. float32 whatever the logits are.
at::Tensor softmax_with_policy(const at::Tensor& logits, const at::Tensor& mask);

// A training pass in which the rates are learned: no token leaves, so that the gradient reaches the
// numbers; removed ones are masked in attention instead, and merged ones stay behind their
// destination's back. Leaves the pass's cost in `rates`.
std::unique_ptr<TokenPass> start_rate_learning(const TokenLayout& layout, const DiffRateMacs& macs,
                                               DiffRates& rates);

}  // namespace yardstick
