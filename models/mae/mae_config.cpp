#include "models/mae/mae_config.h"

#include <yardstick/error.h>

namespace yardstick {

VitConfig MaeConfig::encoder() const {
  VitConfig vit;
  vit.image = image;
  vit.patch = patch;
  vit.channels = channels;
  vit.classes = 0;
  vit.width = width;
  vit.depth = depth;
  vit.heads = heads;
  vit.mlp_ratio = mlp_ratio;
  vit.norm_eps = norm_eps;
  vit.init = init;
  return vit;
}

VitConfig MaeConfig::decoder() const {
  VitConfig vit = encoder();
  vit.width = decoder_width;
  vit.depth = decoder_depth;
  vit.heads = decoder_heads;
  return vit;
}

std::optional<std::string> problem_of(const MaeConfig& config) {
  if (auto problem = problem_of(config.encoder())) return problem;
  if (auto problem = problem_of(config.decoder())) return "decoder: " + *problem;
  for (const std::int64_t width : {config.width, config.decoder_width}) {
    if (width % 4 != 0) {
      return concat("width ", width, " is no multiple of 4, as sin-cos positions need");
    }
  }
  if (config.patches() < 2) return "an image must have two patches at least";
  if (!(config.mask_ratio > 0 && config.mask_ratio < 1)) {
    return concat("mask ratio ", config.mask_ratio, " is not between 0 and 1");
  }
  return std::nullopt;
}

}  // namespace yardstick
