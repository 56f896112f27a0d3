#include "models/hiera/sam2_config.h"

#include "models/layers/residual_rates.h"

#include <yardstick/error.h>

#include <algorithm>
#include <numeric>

namespace yardstick {
namespace {

constexpr std::int64_t kPatchStride = 4;

bool all_positive(const std::vector<std::int64_t>& values) {
  return std::ranges::all_of(values, [](std::int64_t n) { return n > 0; });
}

std::int64_t scaled(std::int64_t value, double factor) {
  return static_cast<std::int64_t>(static_cast<double>(value) * factor);
}

std::optional<std::string> problem_of_block(const Sam2BlockConfig& block) {
  if (block.width_out < 1 || block.heads < 1 || block.hidden < 1) {
    return "width, heads and hidden units must be positive in every block";
  }
  if (block.width_out % block.heads != 0) {
    return concat("width ", block.width_out, " cannot be divided among ", block.heads, " heads");
  }
  if (block.window % block.pool_stride != 0) {
    return concat("pooling by ", block.pool_stride, " does not divide windows of ", block.window,
                  " tokens");
  }
  if (block.pool_stride > 1 && block.width_in == block.width_out) {
    return "a transition that pools must change the width";
  }
  return std::nullopt;
}

}  // namespace

std::int64_t Sam2Config::multiple_px() const {
  std::int64_t pooled = 1;
  for (std::int64_t i = 0; i < pooled_stages; ++i) pooled *= pool_stride;
  return kPatchStride * std::lcm(pooled, windows[0]);
}

std::optional<std::string> problem_of(const Sam2Config& config) {
  if (config.channels < 1 || config.width < 1) return "channels and width must be positive";
  if (config.stages.empty() || !all_positive(config.stages)) return "a stage needs a block";
  if (config.windows.size() != config.stages.size() || !all_positive(config.windows)) {
    return "each stage needs a window size";
  }
  if (config.pooled_stages < 0 || config.pool_stride < 1 ||
      config.pooled_stages >= static_cast<std::int64_t>(config.stages.size())) {
    return concat(config.pooled_stages, " pooling transitions do not fit ", config.stages.size(),
                  " stages");
  }
  if (config.position_grid[0] < 1 || config.position_grid[1] < 1) {
    return "the position embedding needs a grid";
  }
  if (config.drop_path < 0 || config.drop_path >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  const std::int64_t depth =
      std::accumulate(config.stages.begin(), config.stages.end(), std::int64_t{0});
  for (const std::int64_t block : config.global_blocks) {
    if (block < 0 || block >= depth) {
      return concat("block ", block, " of global attention is not among ", depth, " blocks");
    }
  }
  for (const Sam2BlockConfig& block : plan_blocks(config)) {
    if (auto problem = problem_of_block(block)) return problem;
  }
  return std::nullopt;
}

std::vector<Sam2BlockConfig> plan_blocks(const Sam2Config& config) {
  const std::int64_t depth =
      std::accumulate(config.stages.begin(), config.stages.end(), std::int64_t{0});
  const std::vector<double> rates = layers::drop_path_rates(config.drop_path, depth);
  std::vector<Sam2BlockConfig> blocks;
  std::int64_t width = config.width;
  std::int64_t heads = config.heads;
  for (std::size_t stage = 0; stage < config.stages.size(); ++stage) {
    for (std::int64_t i = 0; i < config.stages[stage]; ++i) {
      const auto index = static_cast<std::int64_t>(blocks.size());
      const bool is_transition = stage > 0 && i == 0;
      Sam2BlockConfig block{.width_in = width,
                            .drop_path = rates[blocks.size()],
                            .norm_eps = config.norm_eps,
                            .stage = static_cast<std::int64_t>(stage),
                            .ends_stage = i + 1 == config.stages[stage]};
      if (is_transition) {
        width = scaled(width, config.width_factor);
        heads = scaled(heads, config.heads_factor);
        if (block.stage <= config.pooled_stages) block.pool_stride = config.pool_stride;
      }
      block.width_out = width;
      block.heads = heads;
      block.hidden = scaled(width, config.mlp_ratio);
      if (std::ranges::find(config.global_blocks, index) == config.global_blocks.end()) {
        block.window = config.windows[is_transition ? stage - 1 : stage];
      }
      blocks.push_back(block);
    }
  }
  return blocks;
}

}  // namespace yardstick
