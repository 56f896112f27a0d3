#pragma once

#include "models/layers/linear.h"
#include "models/layers/masking.h"
#include "models/layers/module_list.h"
#include "models/layers/norm.h"
#include "models/layers/patch_embed.h"
#include "models/layers/tap_scope.h"
#include "models/mae/mae_config.h"
#include "models/vit/vit.h"

#include <torch/nn/module.h>

#include <memory>

namespace yardstick {

// Masked Autoencoders Are Scalable Vision Learners (arXiv 2111.06377), with the names and shapes of
// facebookresearch/mae, models_mae.MaskedAutoencoderViT, and checked against its results. The
// position embeddings are fixed; they are parameters without gradient, so that checkpoints have
// them.
class Mae : public torch::nn::Module {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit Mae(const MaeConfig& config);

  // Section A.1 of the paper: linear layers and the patch projection Xavier-uniform, or of
  // config.init's scale; tokens normal with deviation 0.02, norms 1 and 0, positions sin-cos.
  void init_weights();

  // [B, channels, H, W] -> [B, width]: the mean of the whole image's patch tokens after the norm.
  at::Tensor forward_features(const at::Tensor& image, const layers::TapScope& tap) const;

  struct Pass {
    layers::TokenMask mask;
    at::Tensor predicted;  // [B, patches, patch_values], a view
  };
  // A masked pass over [B, channels, H, W] with noise [B, patches]: the encoder sees kept patches
  // only, in ascending order of their noise. Records patch_embed, blocks.I, latent, mask,
  // ids_restore, decoder_embed, decoder_blocks.I and pred.
  Pass forward_masked(const at::Tensor& image, const at::Tensor& noise, double mask_ratio,
                      const layers::TapScope& tap) const;
  // Mean squared error within a patch, averaged over removed patches of the whole batch (section
  // 3, reconstruction target). Records target, before it is normalised, and loss.
  at::Tensor loss(const Pass& pass, const at::Tensor& image, const layers::TapScope& tap) const;
  // The predictions as an image in the scale of `image`, [B, channels, H, W]; kept patches too.
  at::Tensor picture(const Pass& pass, const at::Tensor& image) const;
  // What was removed, as booleans [B, channels, H, W].
  at::Tensor removed_pixels(const Pass& pass) const;

  const MaeConfig& config() const noexcept { return config_; }

 private:
  at::Tensor encode(const at::Tensor& tokens, const layers::TapScope& tap) const;
  at::Tensor decode(const at::Tensor& latent, const layers::TokenMask& mask,
                    const layers::TapScope& tap) const;
  at::Tensor to_patches(const at::Tensor& image) const;
  at::Tensor to_image(const at::Tensor& patches) const;

  using Blocks = layers::ModuleList<VitBlock>;

  MaeConfig config_;
  at::Tensor cls_token_;          // [1, 1, width]
  at::Tensor pos_embed_;          // [1, 1 + patches, width]
  at::Tensor mask_token_;         // [1, 1, decoder_width]
  at::Tensor decoder_pos_embed_;  // [1, 1 + patches, decoder_width]
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<Blocks> blocks_;
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<layers::Linear> decoder_embed_;
  std::shared_ptr<Blocks> decoder_blocks_;
  std::shared_ptr<layers::LayerNorm> decoder_norm_;
  std::shared_ptr<layers::Linear> decoder_pred_;
};

}  // namespace yardstick
