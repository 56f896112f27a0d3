#include "models/mvit/mvit_config.h"

#include "models/layers/residual_rates.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {
namespace {

const Thw* stride_at(const std::vector<MvitStride>& strides, std::int64_t block) {
  // The last of several counts.
  const auto found = std::find_if(strides.rbegin(), strides.rend(),
                                  [&](const MvitStride& item) { return item.block == block; });
  return found == strides.rend() ? nullptr : &found->stride;
}

std::optional<PoolShape> pool_of(const MvitConfig& config, const Thw* stride) {
  if (stride == nullptr) return std::nullopt;
  PoolShape shape = PoolShape::of_stride(*stride);
  if (config.pool_kernel) shape.kernel = *config.pool_kernel;
  if (shape.is_identity()) return std::nullopt;
  return shape;
}

std::optional<std::string> problem_of_patches(const MvitConfig& config) {
  if (config.frames < 1 || config.image_px < 1 || config.channels < 1) {
    return "frames, image size and channels must be positive";
  }
  if (config.takes_images && (config.frames != 1 || config.patch_kernel[0] != 1 ||
                              config.patch_stride[0] != 1 || config.patch_padding[0] != 0)) {
    return concat("two-dimensional patches take one frame, not ", config.frames);
  }
  if (!all_positive(config.patch_kernel) || !all_positive(config.patch_stride)) {
    return "patch kernel and stride must be positive";
  }
  const Thw input = {config.frames, config.image_px, config.image_px};
  const Thw grid = config.grid();
  for (std::size_t d = 0; d < input.size(); ++d) {
    const std::int64_t span = input[d] + 2 * config.patch_padding[d] - config.patch_kernel[d];
    if (config.patch_padding[d] < 0 || span < 0 || grid[d] < 1 ||
        span / config.patch_stride[d] + 1 != grid[d]) {
      return concat("patch kernel ", config.patch_kernel[d], ", stride ", config.patch_stride[d],
                    " and padding ", config.patch_padding[d], " do not give ", grid[d],
                    " tokens from ", input[d], d == 0 ? " frames" : " pixels");
    }
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_lists(const MvitConfig& config) {
  for (const auto* factors : {&config.width_factors, &config.head_factors}) {
    for (const MvitFactor& item : *factors) {
      // One behind the last block is allowed: without widens_in_attention it widens the last MLP.
      if (item.block < 0 || item.block > config.depth || !(item.factor > 0)) {
        return concat("a factor of ", item.factor, " at block ", item.block, " of ", config.depth);
      }
    }
  }
  for (const auto* strides : {&config.q_strides, &config.kv_strides}) {
    for (const MvitStride& item : *strides) {
      if (item.block < 0 || item.block >= config.depth || !all_positive(item.stride)) {
        return concat("a stride of ", text_of(item.stride), " at block ", item.block, " of ",
                      config.depth);
      }
    }
  }
  if (config.adaptive_kv_stride && !all_positive(*config.adaptive_kv_stride)) {
    return "the adaptive stride of keys and values must be positive";
  }
  if (config.pool_kernel && !all_positive(*config.pool_kernel)) {
    return "the pooling kernel must be positive";
  }
  return std::nullopt;
}

}  // namespace

Thw MvitConfig::grid() const {
  return {frames / patch_stride[0], image_px / patch_stride[1], image_px / patch_stride[2]};
}

std::vector<std::int64_t> MvitConfig::input_shape() const {
  if (takes_images) return {channels, image_px, image_px};
  return {channels, frames, image_px, image_px};
}

std::int64_t rounded_width(std::int64_t width, double factor, std::int64_t divisor) {
  const double wanted = static_cast<double>(width) * factor;
  const auto nearest = static_cast<std::int64_t>(wanted + static_cast<double>(divisor) / 2);
  std::int64_t rounded = std::max<std::int64_t>(1, nearest / divisor * divisor);
  if (static_cast<double>(rounded) < 0.9 * wanted) rounded += divisor;
  return rounded;
}

double factor_at(const std::vector<MvitFactor>& factors, std::int64_t block) {
  const auto found = std::find_if(factors.rbegin(), factors.rend(),
                                  [&](const MvitFactor& item) { return item.block == block; });
  return found == factors.rend() ? 1.0 : found->factor;
}

std::optional<std::string> problem_of_shell(const MvitConfig& config) {
  if (config.width < 1 || config.heads < 1 || config.depth < 1 || config.classes < 1) {
    return "width, heads, depth and classes must be positive";
  }
  if (config.drop_path < 0 || config.drop_path >= 1 || config.head_dropout < 0 ||
      config.head_dropout >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  if (auto problem = problem_of_patches(config)) return problem;
  if (config.positions == MvitPositions::kFixedSincos && config.width % 16 != 0) {
    return concat("fixed positions need a width that is a multiple of 16, not ", config.width);
  }
  return problem_of_lists(config);
}

std::optional<std::string> problem_of(const MvitConfig& config) {
  if (auto problem = problem_of_shell(config)) return problem;
  for (const MvitBlockConfig& block : plan_blocks(config)) {
    if (auto problem = problem_of(block.attention)) return problem;
    if (block.hidden < 1) return concat("mlp ratio ", config.mlp_ratio, " leaves no hidden units");
    const Thw& grid = block.attention.grid;
    const Thw skipped = block.skip ? block.skip->pooled(grid) : grid;
    if (skipped != block.attention.q_grid()) {
      return concat("queries pooled to ", text_of(block.attention.q_grid()),
                    " do not meet a residual of ", text_of(skipped));
    }
  }
  return std::nullopt;
}

std::vector<MvitStep> plan_steps(const MvitConfig& config) {
  std::vector<MvitStep> steps;
  std::int64_t heads = config.heads;
  std::optional<Thw> adaptive = config.adaptive_kv_stride;
  Thw grid = config.grid();
  // Tables of relative positions have the length for sizes divided by strides and cut off, while
  // pooling rounds up: where the two differ, tables are interpolated.
  Thw table_grid = grid;
  for (std::int64_t i = 0; i < config.depth; ++i) {
    heads = rounded_width(heads, factor_at(config.head_factors, i), /*divisor=*/1);
    const Thw* q_stride = stride_at(config.q_strides, i);
    if (adaptive && q_stride != nullptr) {
      for (std::size_t d = 0; d < adaptive->size(); ++d) {
        (*adaptive)[d] = std::max<std::int64_t>((*adaptive)[d] / (*q_stride)[d], 1);
      }
    }
    const Thw* kv_stride = adaptive ? &*adaptive : stride_at(config.kv_strides, i);

    MvitStep step{.heads = heads};
    if (q_stride != nullptr) step.q_stride = *q_stride;
    PooledAttentionConfig& attention = step.attention;
    attention.heads = heads;
    attention.grid = grid;
    attention.prefix_tokens = config.prefix_tokens();
    attention.q_pool = pool_of(config, q_stride);
    attention.kv_pool = pool_of(config, kv_stride);
    attention.mode = config.pool_mode;
    attention.pools_first = config.pools_first;
    attention.has_separate_qkv = config.has_separate_qkv;
    attention.has_qkv_bias = config.has_qkv_bias;
    attention.has_residual_pooling = config.has_residual_pooling;
    attention.has_zero_tables = config.has_zero_tables;
    attention.norm_eps = config.norm_eps;
    if (config.has_relative_space) {
      const std::int64_t queries = table_grid[1] / step.q_stride[1];
      const std::int64_t keys = table_grid[1] / (kv_stride == nullptr ? 1 : (*kv_stride)[1]);
      attention.space_table = 2 * std::max(queries, keys) - 1;
    }
    if (config.has_relative_time) attention.time_table = 2 * table_grid[0] - 1;
    grid = attention.q_grid();
    for (std::size_t d = 0; d < table_grid.size(); ++d) table_grid[d] /= step.q_stride[d];
    steps.push_back(step);
  }
  return steps;
}

std::vector<MvitBlockConfig> plan_blocks(const MvitConfig& config) {
  const std::vector<double> rates = layers::drop_path_rates(config.drop_path, config.depth);
  std::vector<MvitBlockConfig> blocks;
  std::int64_t width = config.width;
  for (const MvitStep& step : plan_steps(config)) {
    const auto i = static_cast<std::int64_t>(blocks.size());
    // The official divisor takes the heads' factor a second time.
    const std::int64_t widened_at = config.widens_in_attention ? i : i + 1;
    const std::int64_t divisor =
        rounded_width(step.heads, factor_at(config.head_factors, widened_at), /*divisor=*/1);

    MvitBlockConfig block{.attention = step.attention,
                          .drop_path = rates[static_cast<std::size_t>(i)]};
    block.width_out = rounded_width(width, factor_at(config.width_factors, widened_at), divisor);
    block.attention.width_in = width;
    block.attention.width_out = config.widens_in_attention ? block.width_out : width;
    block.hidden = static_cast<std::int64_t>(static_cast<double>(block.attention.width_out) *
                                             config.mlp_ratio);
    if (step.q_stride != Thw{1, 1, 1}) block.skip = PoolShape::of_stride(step.q_stride);
    width = block.width_out;
    blocks.push_back(block);
  }
  return blocks;
}

}  // namespace yardstick
