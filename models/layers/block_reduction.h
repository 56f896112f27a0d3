#pragma once

#include "models/layers/module_list.h"
#include "models/layers/tap_scope.h"

#include <yardstick/token_reduction.h>

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace yardstick::layers {

// What a pass that reduces tokens does within one block.
class BlockReduction {
 public:
  // `pass` must outlive it.
  BlockReduction(TokenPass& pass, std::int64_t block) : pass_(pass) { tokens_.block = block; }

  // The block's attention over q, k, v [B, N, H, d], which may be strided: [B, N, H, d],
  // contiguous.
  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
  // The pass's own in place of the model's, or undefined where it has none: then the model adds
  // key_bias() in an attention that it computes itself.
  at::Tensor attend_own(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);
  at::Tensor key_bias() const { return pass_.key_bias(); }
  // The tokens that go on to the MLP. Requires: attend or attend_own was called.
  at::Tensor reduce(at::Tensor x);

 private:
  TokenPass& pass_;
  BlockTokens tokens_;
};

// Records what the pass knows of its tokens, under the names that TokenReducible promises.
void record_sizes(const TokenPass& pass, const TapScope& tap);
void record_source(const TokenPass& pass, const TapScope& tap);

// x through `blocks`, named `name`.0, .1, ... in the tap; their tokens are reduced by `pass`,
// unless it is null.
template <typename Block>
at::Tensor run_blocks(const ModuleList<Block>& blocks, std::string_view name, at::Tensor x,
                      const TapScope& tap, TokenPass* pass) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    const TapScope here = tap.in(name, index);
    if (pass == nullptr) {
      x = blocks[i].forward(x, here);
      continue;
    }
    BlockReduction reduction(*pass, index);
    x = blocks[i].forward(x, here, &reduction);
    record_sizes(*pass, here);
  }
  if (pass != nullptr) {
    record_sizes(*pass, tap);
    record_source(*pass, tap);
  }
  return x;
}

}  // namespace yardstick::layers
