#pragma once

#include <yardstick/preprocessing.h>
#include <yardstick/token_reduction.h>

#include <ATen/core/Tensor.h>

namespace yardstick::cli {

// Which token each patch has ended up in, int64 [N, grid...]; -1 where the patch was dropped.
// `source` is a TokenState's, [N, tokens left, tokens at first].
at::Tensor token_of_patches(const at::Tensor& source, const TokenLayout& layout);

// What a model that merges patches still tells apart, as the figures of ToMe (arXiv 2210.09461)
// draw it: each token's patches in their mean colour, with a border of a colour of its own; dropped
// patches black. `input` is float [N, 3, H, W] or [N, 3, T, H, W] as the model takes it, `tokens`
// from token_of_patches; of input's shape and normalisation.
at::Tensor draw_tokens(const at::Tensor& input, const at::Tensor& tokens,
                       const Preprocessing& preprocessing);

}  // namespace yardstick::cli
