#include "models/layers/block_reduction.h"

#include "models/layers/attention.h"

#include <yardstick/check.h>

namespace yardstick::layers {

at::Tensor BlockReduction::attend_own(const at::Tensor& q, const at::Tensor& k,
                                      const at::Tensor& v) {
  tokens_.queries = q;
  tokens_.keys = k;
  const at::Tensor own = pass_.attend(q, k, v);
  return own.defined() ? own.contiguous() : own;
}

at::Tensor BlockReduction::attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const at::Tensor own = attend_own(q, k, v);
  return own.defined() ? own : layers::attend(q, k, v, key_bias());
}

at::Tensor BlockReduction::reduce(at::Tensor x) {
  YS_CHECK(tokens_.keys.defined());
  tokens_.x = std::move(x);
  at::Tensor reduced = pass_.reduce(tokens_);
  // What a pass does not keep is freed here.
  tokens_.x = tokens_.queries = tokens_.keys = at::Tensor();
  return reduced;
}

void record_sizes(const TokenPass& pass, const TapScope& tap) {
  const at::Tensor& size = pass.state().size;
  if (tap && size.defined()) tap.record("size", size.unsqueeze(-1));  // [B, N, 1]
}

void record_source(const TokenPass& pass, const TapScope& tap) {
  const at::Tensor& source = pass.state().source;
  if (tap && source.defined()) tap.record("source", source);
}

}  // namespace yardstick::layers
