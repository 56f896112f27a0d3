#pragma once

#include "models/hiera/hiera_block.h"
#include "models/hiera/hiera_config.h"
#include "models/hiera/token_order.h"
#include "models/layers/module_list.h"
#include "models/layers/patch_embed.h"
#include "models/layers/probe_head.h"

#include <torch/nn/module.h>

#include <memory>

namespace yardstick {

// Hiera: A Hierarchical Vision Transformer without the Bells-and-Whistles (arXiv 2306.00989), the
// image and video classifiers of facebookresearch/hiera with their names, and timm's Hiera with
// absolute-window position embeddings (arXiv 2311.05613) with timm's. Checked against both. The
// official network returns probabilities in evaluation mode; this one always returns logits.
class Hiera : public torch::nn::Module {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit Hiera(const HieraConfig& config);

  // The official start: linear layers and position embeddings of config.init's scale, biases of
  // linear layers and norms 0.02, the classifier scaled by head_init_scale.
  void init_weights();

  // [B, channels, input...] -> [B, last stage's width], what the classifier sees.
  at::Tensor forward_features(const at::Tensor& input, const layers::TapScope& tap) const;
  // [B, width] -> [B, classes], or its input where there is no classifier.
  at::Tensor forward_head(const at::Tensor& features, const layers::TapScope& tap);

  // Puts a probe's head in place of the classifier, with random weights; the last norm stays.
  void use_probe_head();

  const HieraConfig& config() const noexcept { return config_; }
  std::int64_t head_width() const { return head_width_; }

 private:
  // What is added to the tokens, [1, N, width], in space.
  at::Tensor positions() const;

  HieraConfig config_;
  TokenOrder order_;
  std::int64_t head_width_;
  at::Tensor pos_embed_;           // [1, N, width], or [1, width, h, w] for absolute windows
  at::Tensor pos_embed_win_;       // [1, width, mask unit...]; undefined as the next two where the
  at::Tensor pos_embed_spatial_;   // [1, H * W, width]         config has none
  at::Tensor pos_embed_temporal_;  // [1, T, width]
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<layers::ModuleList<HieraBlock>> blocks_;
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<layers::Linear> classifier_;  // null without classes or with a probe head
  std::shared_ptr<layers::ProbeHead> probe_head_;
};

}  // namespace yardstick
