#pragma once

#include "models/vit/vit_config.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace yardstick {

// What a masked auto-encoder's decoder is told to predict.
enum class PixelTarget {
  kRaw,
  kNormalised  // each patch by its own mean and deviation: the official norm_pix_loss
};

// A masked auto-encoder of images (arXiv 2111.06377, section 3): a plain ViT as the encoder, and a
// narrower and shallower one as the decoder.
struct MaeConfig {
  std::array<std::int64_t, 2> image = {224, 224};  // [H, W] in pixels
  std::array<std::int64_t, 2> patch = {16, 16};
  std::int64_t channels = 3;
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  std::int64_t decoder_width = 512;
  std::int64_t decoder_depth = 8;
  std::int64_t decoder_heads = 16;
  double mlp_ratio = 4.0;
  double norm_eps = 1e-6;
  double mask_ratio = 0.75;
  PixelTarget target = PixelTarget::kNormalised;
  InitScale init = InitScale::kReference;

  std::array<std::int64_t, 2> grid() const { return {image[0] / patch[0], image[1] / patch[1]}; }
  std::int64_t patches() const { return grid()[0] * grid()[1]; }
  std::int64_t patch_values() const { return patch[0] * patch[1] * channels; }
  // The two networks as their blocks see them.
  VitConfig encoder() const;
  VitConfig decoder() const;
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const MaeConfig& config);

}  // namespace yardstick
