#pragma once

#include "models/layers/patch_embed.h"
#include "models/layers/tap_scope.h"
#include "models/mae_st/video_config.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>

namespace yardstick {

// The size of a block of pixels that belongs to one token.
struct ClipPatch {
  std::int64_t frames = 1;
  std::int64_t px = 1;
};

// The order of a patch's values.
enum class PatchOrder {
  kChannelFirst,  // channel, frame, row, column: a convolution's weights
  kChannelLast    // frame, row, column, channel: what the decoder predicts
};

// [B, C, T, H, W] -> [B, tokens, patch.frames * patch.px^2 * C], tokens in the order step, row,
// column. A copy, contiguous.
at::Tensor cut_patches(const at::Tensor& video, ClipPatch patch, PatchOrder order);
// The inverse for kChannelLast and square frames of image_px: [B, tokens, values] ->
// [B, C, T, H, W], a strided view where it can be.
at::Tensor join_patches(const at::Tensor& patches, ClipPatch patch, std::int64_t image_px);

// Embeds patches: a convolution named proj whose stride is its kernel, computed as the one matrix
// product that it is, so that it can embed any choice of patches alone.
class VideoPatchEmbed : public torch::nn::Module {
 public:
  explicit VideoPatchEmbed(const VideoEncoderConfig& config);

  // `patches` [B, n, values], cut with kChannelFirst -> [B, n, width].
  at::Tensor forward(const at::Tensor& patches) const;
  // Records all tokens in the official shapes: proj [B, width, t, h, w], the module's output
  // [B, t, h * w, width].
  void record(const at::Tensor& tokens, const layers::TapScope& tap) const;

 private:
  std::int64_t steps_;
  std::int64_t side_;
  std::shared_ptr<layers::Convolution> proj_;
};

}  // namespace yardstick
