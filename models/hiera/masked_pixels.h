#pragma once

#include "models/hiera/masked_hiera_config.h"

#include <ATen/core/Tensor.h>

namespace yardstick {

// Between pixels and what MaskedHiera sees and predicts. Images are [B, C, H, W], clips
// [B, C, T, H, W], of the config's input size.

// `pixels` with 0 in mask units whose `visible`, float [B, units], is 0.
at::Tensor hide_removed(const MaskedHieraConfig& config, const at::Tensor& pixels,
                        const at::Tensor& visible);

// `visible` [B, units] as [B, N] for the tokens of the last stage, in space.
at::Tensor visible_tokens(const MaskedHieraConfig& config, const at::Tensor& visible);

// What each token of the last stage should predict, [B, N, target_values()]: its square in the
// order channel, row, column for images; the square of its first frame in the order row, column,
// channel for clips. They differ in the official code.
at::Tensor to_targets(const MaskedHieraConfig& config, const at::Tensor& pixels);
// The inverse. A clip's frames that nobody predicts repeat the frame before.
at::Tensor from_targets(const MaskedHieraConfig& config, const at::Tensor& targets);

}  // namespace yardstick
