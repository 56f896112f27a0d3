#include "models/hiera/hiera_config.h"

#include "models/layers/residual_rates.h"

#include <yardstick/error.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace yardstick {
namespace {

std::int64_t product(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{1}, std::multiplies<>());
}

bool all_positive(const std::vector<std::int64_t>& values) {
  return std::ranges::all_of(values, [](std::int64_t n) { return n > 0; });
}

std::int64_t scaled(std::int64_t value, double factor) {
  return static_cast<std::int64_t>(static_cast<double>(value) * factor);
}

std::optional<std::string> problem_of_sizes(const HieraConfig& config) {
  const std::size_t dims = config.input.size();
  if (dims != 2 && dims != 3) return concat("input must have 2 or 3 dimensions, not ", dims);
  for (const auto* sizes : {&config.pool_stride, &config.mask_unit, &config.patch_kernel,
                            &config.patch_stride, &config.patch_padding}) {
    if (sizes->size() != dims) {
      return concat("sizes and strides must all have ", dims, " dimensions, as the input");
    }
    if (sizes != &config.patch_padding && !all_positive(*sizes)) {
      return "sizes and strides must be positive";
    }
  }
  if (!all_positive(config.input)) return "the input must not be empty";
  if (config.stages.empty() || !all_positive(config.stages)) return "a stage needs a block";
  if (config.is_windowed.size() < config.stages.size()) {
    return "each stage needs to be windowed or global";
  }
  if (config.pooled_stages < 0 ||
      config.pooled_stages >= static_cast<std::int64_t>(config.stages.size())) {
    return concat(config.pooled_stages, " pooling transitions do not fit ", config.stages.size(),
                  " stages");
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_grid(const HieraConfig& config) {
  for (std::size_t d = 0; d < config.input.size(); ++d) {
    std::int64_t unit = 1;
    for (std::size_t stage = 1; stage < config.stages.size(); ++stage) {
      unit *= config.pool_stride[d];
    }
    const std::int64_t pixels = std::lcm(unit, config.mask_unit[d]) * config.patch_stride[d];
    if (config.input[d] % pixels != 0) {
      return concat("input size ", config.input[d], " is no multiple of ", pixels,
                    ", the size of what pooling and windows divide it into");
    }
    const std::int64_t span =
        config.input[d] + 2 * config.patch_padding[d] - config.patch_kernel[d];
    const std::int64_t tokens = config.input[d] / config.patch_stride[d];
    if (config.patch_padding[d] < 0 || span < 0 || span / config.patch_stride[d] + 1 != tokens) {
      return concat("patch kernel ", config.patch_kernel[d], ", stride ", config.patch_stride[d],
                    " and padding ", config.patch_padding[d], " do not give ", tokens,
                    " tokens from ", config.input[d], " pixels");
    }
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_positions(const HieraConfig& config) {
  if (config.positions == HieraPositions::kSeparate && config.input.size() != 3) {
    return "separate position embeddings need clips";
  }
  if (config.positions == HieraPositions::kAbsoluteWindow &&
      (config.input.size() != 2 || config.position_grid.size() != 2 ||
       !all_positive(config.position_grid))) {
    return "absolute-window position embeddings need images and a grid of two sizes";
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_block(const HieraBlockConfig& block) {
  if (block.width_out < 1 || block.heads < 1 || block.hidden < 1) {
    return "width, heads and hidden units must be positive in every block";
  }
  if (block.width_out % block.heads != 0) {
    return concat("width ", block.width_out, " cannot be divided among ", block.heads, " heads");
  }
  if (block.window < 0) return "pooling leaves a window without tokens";
  if (block.residual == HieraResidual::kConcatPools && block.width_out != block.width_in &&
      block.width_out != 2 * block.width_in) {
    return "a residual of concatenated pools doubles the width";
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::int64_t> HieraConfig::grid() const {
  std::vector<std::int64_t> tokens;
  for (std::size_t d = 0; d < input.size(); ++d) tokens.push_back(input[d] / patch_stride[d]);
  return tokens;
}

std::optional<std::string> problem_of(const HieraConfig& config) {
  if (auto problem = problem_of_sizes(config)) return problem;
  if (auto problem = problem_of_grid(config)) return problem;
  if (auto problem = problem_of_positions(config)) return problem;
  if (config.channels < 1 || config.width < 1) return "channels and width must be positive";
  if (config.classes < (config.names == HieraNames::kTimm ? 0 : 1)) return "there must be classes";
  if (config.drop_path < 0 || config.drop_path >= 1 || config.head_dropout < 0 ||
      config.head_dropout >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  for (const HieraBlockConfig& block : plan_blocks(config)) {
    if (auto problem = problem_of_block(block)) return problem;
  }
  return std::nullopt;
}

std::vector<HieraBlockConfig> plan_blocks(const HieraConfig& config) {
  const std::int64_t depth =
      std::accumulate(config.stages.begin(), config.stages.end(), std::int64_t{0});
  const std::vector<double> rates = layers::drop_path_rates(config.drop_path, depth);
  std::vector<HieraBlockConfig> blocks;
  std::int64_t width = config.width;
  std::int64_t heads = config.heads;
  std::int64_t window = product(config.mask_unit);
  for (std::size_t stage = 0; stage < config.stages.size(); ++stage) {
    for (std::int64_t i = 0; i < config.stages[stage]; ++i) {
      const bool is_transition = stage > 0 && i == 0;
      HieraBlockConfig block{.width_in = width,
                             .drop_path = rates[blocks.size()],
                             .norm_eps = config.norm_eps,
                             .residual = config.residual,
                             .has_layer_scale = config.layer_scale_init.has_value(),
                             .stage = static_cast<std::int64_t>(stage),
                             .ends_stage = i + 1 == config.stages[stage]};
      if (is_transition) {
        width = scaled(width, config.width_factor);
        heads = scaled(heads, config.heads_factor);
        if (block.stage <= config.pooled_stages) {
          block.pool_stride = product(config.pool_stride);
          window /= block.pool_stride;
        }
      }
      block.width_out = width;
      block.heads = heads;
      block.hidden = scaled(width, config.mlp_ratio);
      if (config.is_windowed[is_transition ? stage - 1 : stage]) {
        block.window = window > 0 ? window : -1;
      }
      blocks.push_back(block);
    }
  }
  return blocks;
}

}  // namespace yardstick
