#include "models/rev_mvit/rev_mvit_config.h"

#include "models/layers/residual_rates.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {
namespace {

bool is_transition(const RevMvitConfig& config, std::int64_t block) {
  return std::ranges::find(config.transitions, block) != config.transitions.end();
}

std::optional<std::string> problem_of_transitions(const RevMvitConfig& config) {
  for (const std::int64_t block : config.transitions) {
    // A transition fuses two streams, and the network's end two more.
    if (block < 1 || block >= config.mvit.depth - 1 || is_transition(config, block - 1)) {
      return concat("a transition at block ", block, " of ", config.mvit.depth,
                    " does not stand between reversible blocks");
    }
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_block(const RevMvitBlockConfig& block, std::size_t index) {
  const PooledAttentionConfig& attention = block.attention;
  if (auto problem = problem_of(attention)) return problem;
  if (block.is_transition) return std::nullopt;
  if (attention.width_in != attention.width_out || attention.q_grid() != attention.grid) {
    return concat("block ", index, " changes widths or tokens and is no transition");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> problem_of(const RevMvitConfig& config) {
  const MvitConfig& mvit = config.mvit;
  if (auto problem = problem_of_shell(mvit)) return problem;
  if (mvit.has_class_token) return "reversible networks have no class token";
  if (config.fusion.dropout > 0 || config.transition_fusion.dropout > 0) {
    return "dropout in the streams' fusion is not implemented";
  }
  if (!config.fusion.keeps_both() && !mvit.pools_before_norm) {
    return "a fusion to one stream's width goes with mean pooling before the norm";
  }
  if (auto problem = problem_of_transitions(config)) return problem;
  const std::vector<RevMvitBlockConfig> blocks = plan_blocks(config);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (auto problem = problem_of_block(blocks[i], i)) return problem;
    if (static_cast<double>(blocks[i].attention.width_out) * mvit.mlp_ratio < 1) {
      return concat("mlp ratio ", mvit.mlp_ratio, " leaves no hidden units");
    }
  }
  return std::nullopt;
}

std::vector<RevMvitBlockConfig> plan_blocks(const RevMvitConfig& config) {
  const MvitConfig& mvit = config.mvit;
  const std::vector<double> rates = layers::drop_path_rates(mvit.drop_path, mvit.depth);
  std::vector<RevMvitBlockConfig> blocks;
  std::int64_t width = mvit.width;
  for (const MvitStep& step : plan_steps(mvit)) {
    const auto i = static_cast<std::int64_t>(blocks.size());
    const auto factor = [&](std::int64_t block) { return factor_at(mvit.width_factors, block); };
    width = rounded_width(width, i > 0 ? factor(i - 1) : 1.0, step.heads);
    // The official divisor is the next block's heads.
    const std::int64_t divisor =
        rounded_width(step.heads, factor_at(mvit.head_factors, i + 1), /*divisor=*/1);

    RevMvitBlockConfig block{.attention = step.attention,
                             .width = width,
                             .is_transition = is_transition(config, i),
                             .drop_path = rates[static_cast<std::size_t>(i)]};
    const bool takes_both = block.is_transition && config.transition_fusion.keeps_both();
    block.attention.width_in = takes_both ? 2 * width : width;
    block.attention.width_out = rounded_width(width, factor(i), divisor);
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace yardstick
