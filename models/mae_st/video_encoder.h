#pragma once

#include "models/layers/block_reduction.h"
#include "models/layers/module_list.h"
#include "models/layers/norm.h"
#include "models/layers/tap_scope.h"
#include "models/mae_st/video_block.h"
#include "models/mae_st/video_config.h"
#include "models/mae_st/video_patches.h"

#include <torch/nn/module.h>

#include <functional>
#include <memory>
#include <string>

namespace yardstick {

using VideoBlocks = layers::ModuleList<VideoBlock>;

// Learned position embeddings of the class token and of all patches, parameters of the module that
// they are registered with.
class PositionTable {
 public:
  // `prefix` goes before the parameters' names: "" or "decoder_".
  PositionTable(torch::nn::Module& owner, const std::string& prefix, std::int64_t width,
                const VideoEncoderConfig& config);

  // [1, prefix tokens + tokens, width]; with a graph back to the parameters.
  at::Tensor rows() const;
  void init_weights(InitScale scale);

 private:
  at::Tensor joint_;     // [1, prefix tokens + tokens, width], or undefined
  at::Tensor spatial_;   // [1, side * side, width]; undefined where joint, as the next two
  at::Tensor temporal_;  // [1, steps, width]
  at::Tensor class_;     // [1, 1, width]; undefined without a class token
};

// The transformer that clips pass, with the official names: Masked Autoencoders As Spatiotemporal
// Learners (arXiv 2205.09113), section 3.
class VideoEncoder : public torch::nn::Module {
 public:
  const VideoEncoderConfig& encoder() const noexcept { return config_; }

 protected:
  // Parameters are unset.
  explicit VideoEncoder(const VideoEncoderConfig& config);

  // Class token, positions, and every linear layer and norm of the whole network.
  void init_encoder(const std::function<void(const at::Tensor&)>& linear_weight);

  // [B, C, T, H, W] -> [B, prefix tokens + n, width]: patches with their positions, behind the
  // class token. `kept` is int64 [B, n], or undefined for all tokens.
  at::Tensor embed(const at::Tensor& video, const at::Tensor& kept,
                   const layers::TapScope& tap) const;
  // Positions of tokens [B, n] as positions among prefix and tokens [B, prefix tokens + n].
  at::Tensor behind_prefix(const at::Tensor& positions) const;
  // `pass` reduces the blocks' tokens unless it is null.
  at::Tensor run_blocks(at::Tensor x, const layers::TapScope& tap, TokenPass* pass = nullptr) const;
  at::Tensor normalise(const at::Tensor& x, const layers::TapScope& tap) const;

 private:
  VideoEncoderConfig config_;
  at::Tensor cls_token_;  // [1, 1, width]; undefined without a class token
  PositionTable positions_;
  std::shared_ptr<VideoPatchEmbed> patch_embed_;
  std::shared_ptr<VideoBlocks> blocks_;
  std::shared_ptr<layers::LayerNorm> norm_;
};

}  // namespace yardstick
