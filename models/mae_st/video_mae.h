#pragma once

#include "models/layers/masking.h"
#include "models/mae_st/video_encoder.h"

#include <yardstick/masked_pretrainer.h>

#include <memory>
#include <vector>

namespace yardstick {

// The space-time masked auto-encoder of arXiv 2205.09113: models_mae of facebookresearch/mae_st,
// with its names. Checked against it. The encoder sees the kept tokens alone, also in its patch
// embedding.
class VideoMae : public VideoEncoder {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit VideoMae(const VideoMaeConfig& config);

  // Linear layers and patch embedding xavier-uniform (MAE, arXiv 2111.06377, appendix A.1) or of
  // kFanIn's scale, positions of config.encoder.init's scale, tokens normal with deviation 0.02,
  // biases 0.
  void init_weights();

  // [B, C, T, H, W] -> [B, width]: the mean of all patch tokens that the encoder gives, nothing
  // removed.
  at::Tensor forward_features(const at::Tensor& video, const layers::TapScope& tap) const;

  // `noise` is [B, tokens]. The mean over removed tokens of the mean squared error of their
  // predicted values. Records "loss", "pred" and "target" [B, tokens, prediction width], "latent"
  // [B, kept, width], "mask" and "ids_restore" [B, tokens].
  at::Tensor forward_loss(const at::Tensor& video, const at::Tensor& noise, double mask_ratio,
                          const layers::TapScope& tap) const;
  // Predicted frames are pasted where pixels were removed; the other frames stay the input's.
  Reconstruction reconstruct(const at::Tensor& video, const at::Tensor& noise,
                             double mask_ratio) const;

  const VideoMaeConfig& config() const noexcept { return config_; }

 private:
  // Values of all tokens, [B, tokens, prediction width].
  at::Tensor predict(const at::Tensor& video, const layers::TokenMask& mask,
                     const layers::TapScope& tap) const;
  at::Tensor decode(const at::Tensor& latent, const layers::TokenMask& mask,
                    const layers::TapScope& tap) const;
  // The pixels that predictions are compared with, before any normalisation.
  at::Tensor targets(const at::Tensor& video) const;
  ClipPatch prediction_patch() const;

  VideoMaeConfig config_;
  std::vector<std::int64_t> predicted_;  // frames of the input, ascending
  at::Tensor mask_token_;                // [1, 1, decoder width]
  at::Tensor decoder_cls_token_;         // [1, 1, decoder width]; undefined without a class token
  PositionTable decoder_positions_;
  std::shared_ptr<layers::Linear> decoder_embed_;
  std::shared_ptr<VideoBlocks> decoder_blocks_;
  std::shared_ptr<layers::LayerNorm> decoder_norm_;
  std::shared_ptr<layers::Linear> decoder_pred_;
};

// The frames int(linspace(0, frames - 1, predicted)), in float32 as the official code computes it.
std::vector<std::int64_t> predicted_frames(std::int64_t frames, std::int64_t predicted);

}  // namespace yardstick
