#include "models/mae_st/video_config.h"

#include <yardstick/error.h>

namespace yardstick {
namespace {

std::optional<std::string> problem_of_blocks(std::int64_t width, std::int64_t depth,
                                             std::int64_t heads, double mlp_ratio) {
  if (width < 1 || depth < 1 || heads < 1) return "width, depth and heads must be positive";
  if (width % heads != 0) {
    return concat("width ", width, " cannot be divided among ", heads, " heads");
  }
  if (static_cast<double>(width) * mlp_ratio < 1) {
    return concat("mlp ratio ", mlp_ratio, " leaves no hidden units");
  }
  return std::nullopt;
}

std::optional<std::string> problem_of_encoder(const VideoEncoderConfig& config) {
  if (config.frames < 1 || config.image_px < 1 || config.channels < 1 || config.patch_frames < 1 ||
      config.patch_px < 1) {
    return "frames, image size, channels and patch sizes must be positive";
  }
  if (config.frames % config.patch_frames != 0) {
    return concat(config.frames, " frames are no multiple of the patch's ", config.patch_frames);
  }
  if (config.image_px % config.patch_px != 0) {
    return concat("image size ", config.image_px, " is no multiple of patch size ",
                  config.patch_px);
  }
  if (config.drop_path < 0 || config.drop_path >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  return problem_of_blocks(config.width, config.depth, config.heads, config.mlp_ratio);
}

}  // namespace

std::optional<std::string> problem_of(const VideoVitConfig& config) {
  if (config.classes < 1) return "classes must be positive";
  if (config.head_dropout < 0 || config.head_dropout >= 1) {
    return "drop rates must be at least 0 and below 1";
  }
  if (auto problem = problem_of_encoder(config.encoder)) return problem;
  // The classifier leaves the first token out of its mean.
  if (config.encoder.prefix_tokens() + config.encoder.tokens() < 2) {
    return "a single token leaves nothing to pool";
  }
  return std::nullopt;
}

std::optional<std::string> problem_of(const VideoMaeConfig& config) {
  const VideoEncoderConfig& encoder = config.encoder;
  if (auto problem = problem_of_encoder(encoder)) return problem;
  if (config.predicted_frames < 1 || config.predicted_frames > encoder.frames ||
      encoder.patch_frames * config.predicted_frames % encoder.frames != 0) {
    return concat("predicting ", config.predicted_frames, " of ", encoder.frames,
                  " frames does not give each step of ", encoder.patch_frames,
                  " frames the same number of them");
  }
  if (!(config.mask_ratio > 0 && config.mask_ratio < 1)) {
    return concat("mask ratio ", config.mask_ratio, " is not between 0 and 1");
  }
  if (auto problem = problem_of_blocks(config.decoder_width, config.decoder_depth,
                                       config.decoder_heads, encoder.mlp_ratio)) {
    return concat("decoder: ", *problem);
  }
  return std::nullopt;
}

}  // namespace yardstick
