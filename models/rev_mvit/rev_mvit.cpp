#include "models/rev_mvit/rev_mvit.h"

#include "models/layers/module_list.h"

#include <yardstick/check.h>

#include <utility>

namespace yardstick {

using layers::ReversibleBlock;
using layers::Streams;
using layers::TapScope;

namespace {

// Of one stream behind the last block.
std::int64_t width_out(const RevMvitConfig& config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  return plan_blocks(config).back().attention.width_out;
}

std::int64_t features_width(const RevMvitConfig& config) {
  return width_out(config) * (config.fusion.keeps_both() ? 2 : 1);
}

std::shared_ptr<ReversibleBlock> make_block(const RevMvitBlockConfig& block,
                                            const MvitConfig& config) {
  return std::make_shared<ReversibleBlock>(
      std::make_shared<PooledAttentionBranch>(block.attention, config.norm_eps),
      std::make_shared<MlpBranch>(MlpBranchConfig{
          .width = block.width, .mlp_ratio = config.mlp_ratio, .norm_eps = config.norm_eps}),
      block.drop_path);
}

}  // namespace

RevMvit::RevMvit(const RevMvitConfig& config)
    : MvitShell(config.mvit, features_width(config)), backward_(config.backward), stages_(1) {
  const auto backbone =
      register_module("rev_backbone", std::make_shared<torch::nn::Module>("rev_backbone"));
  const auto list = backbone->register_module(
      "layers", std::make_shared<layers::ModuleList<torch::nn::Module>>());
  for (const RevMvitBlockConfig& block : plan_blocks(config)) {
    if (block.is_transition) {
      stages_.push_back({.transition = std::make_shared<StageTransition>(block, config),
                         .blocks = {},
                         .first_block = static_cast<std::int64_t>(list->size()) + 1});
      list->push_back(stages_.back().transition);
    } else {
      stages_.back().blocks.push_back(make_block(block, config.mvit));
      list->push_back(stages_.back().blocks.back());
    }
  }
  fuse_ = register_module("fuse",
                          std::make_shared<layers::StreamFusion>(config.fusion, width_out(config)));
  norm_ = register_module("norm", std::make_shared<layers::LayerNorm>(layers::LayerNormConfig{
                                      .width = head_width(), .eps = config.mvit.norm_eps}));
}

Streams RevMvit::run_stages(const at::Tensor& tokens, const TapScope& backbone) const {
  Streams streams = {tokens, tokens};
  for (const Stage& stage : stages_) {
    if (stage.transition) {
      const at::Tensor x =
          stage.transition->forward(streams, backbone.in("layers", stage.first_block - 1));
      streams = {x, x};
    }
    streams = layers::run_reversible(
        {.blocks = stage.blocks, .backward = backward_, .first_index = stage.first_block}, streams,
        backbone);
  }
  return streams;
}

at::Tensor RevMvit::forward_features(const at::Tensor& input, const TapScope& tap) const {
  const TapScope backbone = tap.in("rev_backbone");
  const Streams streams = run_stages(embed(input, tap), backbone);
  if (backbone) backbone.record(layers::side_by_side(streams));

  const TapScope fusing = tap.in("fuse");
  at::Tensor x;
  if (config().pools_before_norm) {
    x = norm_->forward(fuse_->forward(streams, fusing).mean(1));
  } else {
    x = fuse_->forward(norm_->forward(layers::side_by_side(streams)), fusing).mean(1);
  }
  tap.record("pooled", x);
  return x;
}

}  // namespace yardstick
