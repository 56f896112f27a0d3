#pragma once

#include "models/layers/linear.h"
#include "models/layers/probe_head.h"
#include "models/mae_st/video_encoder.h"

#include <memory>

namespace yardstick {

// The video classifier of Masked Autoencoders As Spatiotemporal Learners (arXiv 2205.09113):
// models_vit of facebookresearch/mae_st, with its names. Checked against it. What the head sees is
// the norm of the mean over all tokens but the first, also where that is a patch and no class
// token.
class VideoVit : public VideoEncoder {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit VideoVit(const VideoVitConfig& config);

  // Linear layers and positions of config.encoder.init's scale, class token normal with deviation
  // 0.02, biases 0.
  void init_weights();

  // [B, C, T, H, W] -> [B, width], what the head sees. `pass` reduces the blocks' tokens unless it
  // is null.
  at::Tensor forward_features(const at::Tensor& video, const layers::TapScope& tap,
                              TokenPass* pass = nullptr) const;
  // [B, width] -> [B, classes].
  at::Tensor forward_head(const at::Tensor& features, const layers::TapScope& tap);

  // Puts a probe's head in place of the present one, with random weights.
  void use_probe_head();

  const VideoVitConfig& config() const noexcept { return config_; }
  // The first token is never reduced, also where it is a patch: the mean leaves it out. As in MAE's
  // image models, tokens count by their size in the mean and not in attention.
  TokenLayout token_layout() const;

 private:
  VideoVitConfig config_;
  std::shared_ptr<layers::Linear> head_;  // null with a probe head
  std::shared_ptr<layers::ProbeHead> probe_head_;
};

}  // namespace yardstick
