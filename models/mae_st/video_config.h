#pragma once

#include "models/layers/init_scale.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

enum class VideoPositions {
  kJoint,    // pos_embed: a row for each token, the class token's first
  kSeparate  // pos_embed_spatial, repeated over time, plus pos_embed_temporal; pos_embed_class
};

// A vision transformer over clips of square frames, cut into patches of patch_frames x patch_px x
// patch_px: what the classifier and the pre-training network have in common.
struct VideoEncoderConfig {
  std::int64_t frames = 16;
  std::int64_t image_px = 224;
  std::int64_t channels = 3;
  std::int64_t patch_frames = 2;
  std::int64_t patch_px = 16;
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  double mlp_ratio = 4.0;
  double norm_eps = 1e-6;
  double drop_path = 0.0;  // rate of the last block
  bool has_qkv_bias = true;
  bool has_class_token = true;
  VideoPositions positions = VideoPositions::kSeparate;
  InitScale init = InitScale::kReference;

  std::int64_t steps() const { return frames / patch_frames; }  // of tokens in time
  std::int64_t side() const { return image_px / patch_px; }     // of a step's grid of tokens
  std::int64_t tokens() const { return steps() * side() * side(); }
  std::int64_t prefix_tokens() const { return has_class_token ? 1 : 0; }
  std::vector<std::int64_t> input() const { return {frames, image_px, image_px}; }  // [T, H, W]
};

struct VideoVitConfig {
  VideoEncoderConfig encoder;
  std::int64_t classes = 400;
  double head_dropout = 0.0;
  double head_init_scale = 1.0;  // on the random weights of a new head
};

struct VideoMaeConfig {
  VideoEncoderConfig encoder;
  std::int64_t decoder_width = 512;
  std::int64_t decoder_depth = 4;
  std::int64_t decoder_heads = 16;
  std::int64_t predicted_frames = 8;  // of encoder.frames, evenly spread
  bool normalises_targets = true;     // norm_pix_loss
  double mask_ratio = 0.9;            // arXiv 2205.09113, table 2a

  std::int64_t predicted_frames_per_token() const {
    return encoder.patch_frames * predicted_frames / encoder.frames;
  }
  // Numbers that a token predicts: its frames' pixels.
  std::int64_t prediction_width() const {
    return predicted_frames_per_token() * encoder.patch_px * encoder.patch_px * encoder.channels;
  }
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const VideoVitConfig& config);
std::optional<std::string> problem_of(const VideoMaeConfig& config);

}  // namespace yardstick
