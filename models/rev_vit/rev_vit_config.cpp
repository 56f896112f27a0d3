#include "models/rev_vit/rev_vit_config.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {
namespace {

// The patches of one dimension must be those that the position embedding counts: the official code
// divides the input by the stride.
std::optional<std::string> problem_of_patches(const RevVitConfig& config) {
  const std::size_t dims = config.input.size();
  if (dims != 2 && dims != 3) return "the input must have two dimensions, or three with time";
  if (config.kernel.size() != dims || config.stride.size() != dims ||
      config.padding.size() != dims) {
    return "patch kernel, stride and padding must have the input's dimensions";
  }
  for (std::size_t i = 0; i < dims; ++i) {
    if (config.input[i] < 1 || config.kernel[i] < 1 || config.stride[i] < 1 ||
        config.padding[i] < 0) {
      return "input, patch kernel and stride must be positive, and the padding not negative";
    }
    if (config.input[i] % config.stride[i] != 0) {
      return concat("image size ", config.input[i], " is no multiple of patch stride ",
                    config.stride[i]);
    }
    const std::int64_t room = config.input[i] + 2 * config.padding[i] - config.kernel[i];
    if (room < 0 || room / config.stride[i] + 1 != config.input[i] / config.stride[i]) {
      return concat("patches of ", config.kernel[i], " at stride ", config.stride[i],
                    " and padding ", config.padding[i], " do not cut ", config.input[i], " into ",
                    config.input[i] / config.stride[i]);
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::int64_t> RevVitConfig::grid() const {
  std::vector<std::int64_t> sizes(input.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = input[i] / stride[i];
  return sizes;
}

std::int64_t RevVitConfig::steps() const { return input.size() == 3 ? grid().front() : 1; }

std::int64_t RevVitConfig::places() const {
  const std::vector<std::int64_t> sizes = grid();
  return sizes[sizes.size() - 2] * sizes.back();
}

std::optional<std::string> problem_of(const RevVitConfig& config) {
  if (auto problem = problem_of_patches(config)) return problem;
  if (config.channels < 1 || config.classes < 1 || config.width < 1 || config.depth < 1 ||
      config.heads < 1) {
    return "channels, classes, width, depth and heads must be positive";
  }
  if (config.width % config.heads != 0) {
    return concat("width ", config.width, " cannot be divided among ", config.heads, " heads");
  }
  if (static_cast<double>(config.width) * config.mlp_ratio < 1) {
    return concat("mlp ratio ", config.mlp_ratio, " leaves no hidden units");
  }
  if (!config.fusion.keeps_both() && !config.pools_before_norm) {
    return "a fusion to one stream's width goes with mean pooling before the norm";
  }
  if (config.fusion.dropout > 0) return "dropout in the streams' fusion is not implemented";
  if (config.drop_path < 0 || config.drop_path >= 1 || config.head_dropout < 0 ||
      config.head_dropout >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  return std::nullopt;
}

}  // namespace yardstick
