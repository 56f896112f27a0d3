#include "models/methods/diffrate/diffrate_training.h"

#include "models/layers/no_autocast.h"
#include "models/layers/token_merging.h"
#include "models/methods/diffrate/diffrate_matching.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace yardstick {
namespace {

constexpr double kPolicyEps = 1e-6;

// min(tokens, prune, merge) whose gradient goes to both numbers and not to the blocks before
// (ste_min, utils.py).
at::Tensor least(const at::Tensor& tokens, const at::Tensor& prune, const at::Tensor& merge) {
  const at::Tensor value =
      at::minimum(tokens.detach(), at::minimum(prune.detach(), merge.detach()));
  return value + (prune - prune.detach()) + (merge - merge.detach());
}

// All counts of tokens are scalars on the device: no pass waits for it.
class RateLearningPass final : public TokenPass {
 public:
  RateLearningPass(const TokenLayout& layout, const DiffRateMacs& macs, DiffRates& rates)
      : layout_(layout), macs_(macs), rates_(rates) {}

  at::Tensor key_bias() const override { return {}; }  // attend() adds it

  at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) override {
    if (!mask_.defined()) begin(q);
    const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
    const at::Tensor products =
        at::matmul(q.transpose(1, 2), k.permute({0, 2, 3, 1}));           // [B, H, N, N]
    const at::Tensor bias = state_.size.log().unsqueeze(1).unsqueeze(1);  // [B, 1, 1, N]
    const at::Tensor weights = softmax_with_policy(products * scale + bias, mask_);
    class_attention_ = weights.select(2, 0).detach().mean(1);  // [B, N]
    return at::matmul(weights.to(v.scalar_type()), v.transpose(1, 2))
        .transpose(1, 2);  // [B, N, H, d]
  }

  at::Tensor reduce(const BlockTokens& block) override {
    YS_CHECK(class_attention_.defined(), block.block);
    const at::Tensor order =
        by_importance(std::exchange(class_attention_, at::Tensor()), block.x.size(1));
    at::Tensor x = layers::take_rows(block.x, order);
    state_.size = state_.size.gather(1, order);
    mask_ = mask_.gather(1, order);

    cost_ = cost_ + macs_.attention(expected_);
    if (const BlockRates* rates = rates_.block(block.block); rates != nullptr) {
      x = remove(x, *rates);
    } else {
      expected_ = expected_.detach();  // as the official code's minimum with numbers that are fixed
    }
    cost_ = cost_ + macs_.mlp(expected_);
    if (block.block == layout_.depth - 1) rates_.set_macs(cost_);
    return x;
  }

  at::Tensor pool(const at::Tensor& patches) const override {
    const std::int64_t prefix = mask_.size(1) - patches.size(1);
    const at::Tensor weight = (state_.size * mask_).slice(1, prefix);  // [B, N]
    const at::Tensor sum = (patches * weight.unsqueeze(-1)).sum(1);    // [B, C]
    return (sum / weight.sum(1, /*keepdim=*/true).detach()).to(patches.scalar_type());
  }

 private:
  void begin(const at::Tensor& q) {
    const at::TensorOptions options = q.options().dtype(at::kFloat).requires_grad(false);
    mask_ = at::ones({q.size(0), q.size(1)}, options);
    state_.size = at::ones({q.size(0), q.size(1)}, options);
    present_ = expected_ = at::full({}, macs_.tokens, options);
    cost_ = at::full({}, macs_.ends(), options);
  }

  at::Tensor remove(const at::Tensor& x, const BlockRates& rates) {
    const at::Tensor prune = rates.prune->expected();
    const at::Tensor merge = rates.merge->expected();
    rates.prune->set_kept(prune);
    rates.merge->set_kept(merge);
    const at::Tensor unpruned = at::minimum(present_, prune.detach());

    mask_ = mask_ * mask_of(*rates.prune, prune, present_) * mask_of(*rates.merge, merge, unpruned);
    at::Tensor merged = merge_masked(x, merge.detach(), unpruned);
    present_ = at::minimum(unpruned, merge.detach());
    expected_ = least(expected_, prune, merge);
    return merged;
  }

  // A number above what is present removes nothing and learns nothing.
  static at::Tensor mask_of(const KeptNumber& number, const at::Tensor& kept,
                            const at::Tensor& present) {
    const at::Tensor mask = number.mask(kept, present);
    return at::where(kept.detach() < present, mask, at::ones_like(mask));
  }

  // Adds the tokens of the ranks from `kept` to below `present` to the most similar of those below
  // `kept`, and leaves them where they are.
  at::Tensor merge_masked(const at::Tensor& x, const at::Tensor& kept, const at::Tensor& present) {
    const at::Tensor ranks = at::arange(x.size(1), kept.options());
    const at::Tensor is_source = (ranks >= kept).logical_and(ranks < present);  // [N]
    at::Tensor destination;                                                     // int64 [B, N]
    at::Tensor taken;  // [B, N], how many sources each token takes in
    {
      const at::NoGradGuard no_grad;
      const layers::NoAutocast no_autocast;
      const at::Tensor metric = layers::to_unit_length(x);
      const at::Tensor is_destination = (ranks < kept).logical_and(ranks >= layout_.prefix);
      const at::Tensor similarity =
          at::matmul(metric, metric.transpose(1, 2))
              .masked_fill(is_destination.logical_not(), -std::numeric_limits<double>::infinity());
      at::Tensor best;
      std::tie(best, destination) = similarity.max(-1);

      const at::Tensor source = is_source.to(best.scalar_type()).expand_as(best);
      taken = at::zeros_like(best).scatter_add(1, destination, source);
      const at::Tensor scaled = at::where(is_source, state_.size * best, state_.size);
      const at::Tensor is_clamped = (kept < present).logical_and(ranks < present);
      const at::Tensor size = at::where(is_clamped, scaled.clamp_min(1), scaled);
      state_.size = size.scatter_add(1, destination, size * source);
    }
    const at::Tensor sources = x * is_source.unsqueeze(-1);  // [B, N, C]
    const at::Tensor sum =
        x.scatter_add(1, destination.unsqueeze(-1).expand_as(x), sources.to(x.scalar_type()));
    return (sum / (taken + 1).unsqueeze(-1)).to(x.scalar_type());
  }

  const TokenLayout& layout_;
  DiffRateMacs macs_;
  DiffRates& rates_;
  at::Tensor mask_;             // float32 [B, N], with the graph of the numbers
  at::Tensor class_attention_;  // float32 [B, N], of the block whose attention has just run
  at::Tensor present_;          // scalar: tokens that are not masked
  at::Tensor expected_;         // the same with the graph of the last block's numbers
  at::Tensor cost_;             // scalar
};

}  // namespace

at::Tensor softmax_with_policy(const at::Tensor& logits, const at::Tensor& mask) {
  const std::int64_t tokens = mask.size(1);
  const at::Tensor own = at::eye(tokens, mask.options().requires_grad(false));  // [N, N]
  const at::Tensor seen = mask.unsqueeze(1).unsqueeze(1);                       // [B, 1, 1, N]
  const at::Tensor policy = seen + (1 - seen) * own;                            // [B, 1, N, N]
  const at::Tensor wide = logits.to(at::kFloat);
  const at::Tensor raised = (wide - wide.detach().amax(-1, /*keepdim=*/true)).exp() * policy;
  return (raised + kPolicyEps / static_cast<double>(tokens)) /
         (raised.sum(-1, /*keepdim=*/true) + kPolicyEps);
}

std::unique_ptr<TokenPass> start_rate_learning(const TokenLayout& layout, const DiffRateMacs& macs,
                                               DiffRates& rates) {
  return std::make_unique<RateLearningPass>(layout, macs, rates);
}

}  // namespace yardstick
