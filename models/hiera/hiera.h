#pragma once

#include "models/hiera/hiera_encoder.h"
#include "models/hiera/token_order.h"
#include "models/layers/probe_head.h"

#include <memory>
#include <vector>

namespace yardstick {

// Hiera: A Hierarchical Vision Transformer without the Bells-and-Whistles (arXiv 2306.00989), the
// image and video classifiers of facebookresearch/hiera with their names, and timm's Hiera with
// absolute-window position embeddings (arXiv 2311.05613) with timm's. Checked against both. The
// official network returns probabilities in evaluation mode; this one always returns logits.
class Hiera : public HieraEncoder {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit Hiera(const HieraConfig& config);

  // The official start: linear layers and position embeddings of config.init's scale, biases of
  // linear layers and norms 0.02, the classifier scaled by head_init_scale.
  void init_weights();

  // [B, channels, input...] -> [B, width_out()], what the classifier sees.
  at::Tensor forward_features(const at::Tensor& input, const layers::TapScope& tap) const;
  // [B, width] -> [B, classes], or its input where there is no classifier.
  at::Tensor forward_head(const at::Tensor& features, const layers::TapScope& tap);
  // [B, channels, input...] -> each stage's output in space, [B, grid..., C], before any norm: the
  // official return_intermediates.
  std::vector<at::Tensor> forward_intermediates(const at::Tensor& input,
                                                const layers::TapScope& tap) const;

  // Puts a probe's head in place of the classifier, with random weights; the last norm stays.
  void use_probe_head();

 private:
  at::Tensor embed(const at::Tensor& input, const layers::TapScope& tap) const;
  // A stage's output in space.
  at::Tensor in_space(std::int64_t stage, const at::Tensor& tokens) const;

  TokenOrder order_;
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<layers::Linear> classifier_;  // null without classes or with a probe head
  std::shared_ptr<layers::ProbeHead> probe_head_;
};

}  // namespace yardstick
