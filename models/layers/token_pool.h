#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yardstick {

// How the last block's tokens become the features that a classifier sees.
enum class TokenPool {
  kFirst,   // the first token, a class token; timm's "token"
  kMean,    // "avg"
  kMax,     // "max"
  kMeanMax  // half the sum of both, "avgmax"
};

namespace layers {

// [B, N, C] -> [B, C] over the tokens from `first` on; kFirst takes token 0 whatever `first` is.
at::Tensor pool_tokens(const at::Tensor& tokens, TokenPool pool, std::int64_t first = 0);

}  // namespace layers
}  // namespace yardstick
