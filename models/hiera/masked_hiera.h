#pragma once

#include "models/hiera/hiera_encoder.h"
#include "models/hiera/masked_hiera_config.h"
#include "models/hiera/token_order.h"

#include <memory>

namespace yardstick {

// Hiera's masked auto-encoder (arXiv 2306.00989, section 3), with the names of
// hiera.hiera_mae.MaskedAutoencoderHiera and checked against it. The encoder, patch embedding
// included, computes the kept mask units only; their number is fixed by the mask ratio, so that
// nothing depends on values of the noise but positions.
class MaskedHiera : public HieraEncoder {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit MaskedHiera(const MaskedHieraConfig& config);

  // The official start: linear layers and the patch embedding Xavier-uniform, biases 0, the mask
  // token of deviation 0.02, position embeddings of the encoder's init scale.
  void init_weights();

  struct Pass {
    at::Tensor loss;       // scalar: mean squared error over all that was removed
    at::Tensor predicted;  // [B, R, target_values()], of the removed tokens of the last stage
    at::Tensor removed;    // int64 [B, R], their positions, ascending
    at::Tensor visible;    // float [B, units], 1 where kept
  };
  // `noise` is [B, units]; the units of least noise are kept. Throws User where none would be kept
  // or removed.
  Pass pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                const layers::TapScope& tap) const;

  // [B, channels, input...] -> [B, width_out()]: the mean latent of an input that is all visible.
  at::Tensor forward_features(const at::Tensor& input, const layers::TapScope& tap) const;

  const MaskedHieraConfig& masked_config() const noexcept { return config_; }

 private:
  // Patches of the kept units and their positions, [B, tokens, width], in TokenOrder of those
  // units.
  at::Tensor embed_kept(const at::Tensor& input, const at::Tensor& kept, const at::Tensor& visible,
                        const layers::TapScope& tap) const;
  // The patch embedding of `kept` alone, [B * kept, unit's tokens, width].
  at::Tensor patches_of_kept(const at::Tensor& hidden, const at::Tensor& kept) const;
  // [B, n, C] of `units` units -> [B, units, final unit..., width_out()]
  at::Tensor encode(const at::Tensor& tokens, std::int64_t units,
                    const layers::TapScope& tap) const;
  // A stage's output with the tokens of each unit in space, [B, units, unit..., C].
  at::Tensor by_unit(const at::Tensor& tokens, std::int64_t stage, std::int64_t units) const;
  // [B, kept, final unit..., width_out()] -> [B, N, decoder_width], in space.
  at::Tensor decode(const at::Tensor& latent, const at::Tensor& kept,
                    const layers::TapScope& tap) const;

  MaskedHieraConfig config_;
  TokenOrder order_;              // of all tokens, unit by unit
  TokenOrder unit_order_;         // of the tokens of one unit
  at::Tensor mask_token_;         // [1, 1, decoder_width]
  at::Tensor decoder_pos_embed_;  // [1, N, decoder_width]
  std::shared_ptr<layers::LayerNorm> encoder_norm_;
  std::shared_ptr<layers::ModuleList<layers::Convolution>> fusion_heads_;  // of pooled stages
  std::shared_ptr<layers::Linear> decoder_embed_;
  std::shared_ptr<layers::ModuleList<HieraBlock>> decoder_blocks_;
  std::shared_ptr<layers::LayerNorm> decoder_norm_;
  std::shared_ptr<layers::Linear> decoder_pred_;
};

}  // namespace yardstick
