#include "models/layers/token_pool.h"

#include <ATen/ops/add.h>
#include <ATen/ops/mul.h>

namespace yardstick::layers {

at::Tensor pool_tokens(const at::Tensor& tokens, TokenPool pool, std::int64_t first) {
  const at::Tensor pooled = tokens.slice(1, first);
  switch (pool) {
    case TokenPool::kFirst:
      return tokens.select(1, 0);
    case TokenPool::kMean:
      return pooled.mean(1);
    case TokenPool::kMax:
      return pooled.amax(1);
    case TokenPool::kMeanMax:
      break;
  }
  return 0.5 * (pooled.amax(1) + pooled.mean(1));
}

}  // namespace yardstick::layers
