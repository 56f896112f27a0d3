#include "models/mae_st/video_patches.h"

#include <ATen/ops/linear.h>

namespace yardstick {

at::Tensor cut_patches(const at::Tensor& video, ClipPatch patch, PatchOrder order) {
  if (order == PatchOrder::kChannelFirst) {
    return layers::cut_patches(video, {patch.frames, patch.px, patch.px});
  }
  const std::int64_t batch = video.size(0);
  const std::int64_t channels = video.size(1);
  const std::int64_t steps = video.size(2) / patch.frames;
  const std::int64_t rows = video.size(3) / patch.px;
  const std::int64_t columns = video.size(4) / patch.px;
  const at::Tensor blocks = video.reshape({batch, channels, steps, patch.frames, rows, patch.px,
                                           columns, patch.px});  // [B, C, t, f, h, p, w, p]
  return blocks.permute({0, 2, 4, 6, 3, 5, 7, 1})
      .reshape({batch, steps * rows * columns, channels * patch.frames * patch.px * patch.px});
}

at::Tensor join_patches(const at::Tensor& patches, ClipPatch patch, std::int64_t image_px) {
  const std::int64_t batch = patches.size(0);
  const std::int64_t side = image_px / patch.px;
  const std::int64_t steps = patches.size(1) / (side * side);
  const std::int64_t channels = patches.size(2) / (patch.frames * patch.px * patch.px);
  return patches.reshape({batch, steps, side, side, patch.frames, patch.px, patch.px, channels})
      .permute({0, 7, 1, 4, 2, 5, 3, 6})  // [B, C, t, f, h, p, w, p]
      .reshape({batch, channels, steps * patch.frames, image_px, image_px});
}

VideoPatchEmbed::VideoPatchEmbed(const VideoEncoderConfig& config)
    : steps_(config.steps()), side_(config.side()) {
  const std::vector<std::int64_t> kernel = {config.patch_frames, config.patch_px, config.patch_px};
  proj_ = register_module("proj", std::make_shared<layers::Convolution>(
                                      layers::PatchEmbedConfig{.channels = config.channels,
                                                               .width = config.width,
                                                               .kernel = kernel,
                                                               .stride = kernel,
                                                               .padding = {0, 0, 0}}));
}

at::Tensor VideoPatchEmbed::forward(const at::Tensor& patches) const {
  return at::linear(patches, proj_->weight.flatten(1), proj_->bias);
}

void VideoPatchEmbed::record(const at::Tensor& tokens, const layers::TapScope& tap) const {
  const at::Tensor by_step = tokens.unflatten(1, {steps_, side_ * side_});
  tap.record("proj", by_step.unflatten(2, {side_, side_}).permute({0, 4, 1, 2, 3}));
  tap.record(by_step);
}

}  // namespace yardstick
