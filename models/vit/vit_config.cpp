#include "models/vit/vit_config.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick {

std::optional<std::string> problem_of(const VitConfig& config) {
  const auto is_positive = [](std::int64_t n) { return n > 0; };
  if (!std::ranges::all_of(config.image, is_positive) ||
      !std::ranges::all_of(config.patch, is_positive)) {
    return "image and patch size must be positive";
  }
  for (const std::size_t i : {0, 1}) {
    if (config.image[i] % config.patch[i] != 0) {
      return concat("image size ", config.image[i], " is no multiple of patch size ",
                    config.patch[i]);
    }
  }
  if (config.channels < 1 || config.width < 1 || config.depth < 1 || config.heads < 1) {
    return "channels, width, depth and heads must be positive";
  }
  if (config.width % config.heads != 0) {
    return concat("width ", config.width, " cannot be divided among ", config.heads, " heads");
  }
  if (config.classes < 0 || config.register_tokens < 0) {
    return "classes and register tokens cannot be negative";
  }
  if (static_cast<double>(config.width) * config.mlp_ratio < 1) {
    return concat("mlp ratio ", config.mlp_ratio, " leaves no hidden units");
  }
  if (config.pool == TokenPool::kFirst && !config.has_class_token) {
    return "class-token pooling needs a class token";
  }
  if (config.has_distillation_token &&
      (!config.has_class_token || config.register_tokens > 0 || !config.embeds_prefix_positions ||
       config.pool != TokenPool::kFirst || config.final_norm == VitNorm::kAfterPool)) {
    return "a distillation token needs a class token with a position, which the head sees, and "
           "goes "
           "with neither registers nor fc_norm";
  }
  if (config.drop_path < 0 || config.drop_path >= 1 || config.head_dropout < 0 ||
      config.head_dropout >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  return std::nullopt;
}

}  // namespace yardstick
