#include "models/mvit/mvit.h"

#include "models/layers/token_pool.h"

#include <yardstick/check.h>

namespace yardstick {

using layers::TapScope;

namespace {

std::int64_t width_out(const MvitConfig& config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  return plan_blocks(config).back().width_out;
}

}  // namespace

Mvit::Mvit(const MvitConfig& config) : MvitShell(config, width_out(config)) {
  blocks_ = register_module("blocks", std::make_shared<layers::ModuleList<MvitBlock>>());
  for (const MvitBlockConfig& block : plan_blocks(config)) {
    blocks_->push_back(std::make_shared<MvitBlock>(block, config.norm_eps));
  }
  norm_ = register_module("norm", std::make_shared<layers::LayerNorm>(layers::LayerNormConfig{
                                      .width = head_width(), .eps = config.norm_eps}));
}

at::Tensor Mvit::forward_features(const at::Tensor& input, const TapScope& tap) const {
  at::Tensor x = embed(input, tap);
  for (std::size_t i = 0; i < blocks_->size(); ++i) {
    x = (*blocks_)[i].forward(x, tap.in("blocks", static_cast<std::int64_t>(i)));
  }
  if (config().pools_before_norm) {
    x = norm_->forward(layers::pool_tokens(x, TokenPool::kMean, config().prefix_tokens()));
  } else if (config().has_class_token) {
    x = norm_->forward(layers::pool_tokens(x, TokenPool::kFirst));
  } else {
    x = layers::pool_tokens(norm_->forward(x), TokenPool::kMean);
  }
  tap.record("pooled", x);
  return x;
}

}  // namespace yardstick
