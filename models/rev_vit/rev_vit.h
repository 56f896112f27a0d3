#pragma once

#include "models/layers/linear.h"
#include "models/layers/module_list.h"
#include "models/layers/norm.h"
#include "models/layers/patch_embed.h"
#include "models/layers/probe_head.h"
#include "models/layers/reversible.h"
#include "models/layers/stream_fusion.h"
#include "models/layers/tap_scope.h"
#include "models/rev_vit/rev_vit_config.h"

#include <torch/nn/module.h>

#include <memory>
#include <vector>

namespace yardstick {

// Rev-ViT: Reversible Vision Transformers (arXiv 2302.04869), in the layout and with the names of
// PySlowFast's reversible MViT without pooling (facebookresearch/SlowFast, reversible_mvit.py and
// video_model_builder.py). Checked against it. Both streams start as the patches; there is no class
// token. The official network returns probabilities in evaluation mode; this one always returns
// logits.
class RevVit : public torch::nn::Module {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit RevVit(const RevVitConfig& config);

  // The official start: linear layers, patches and positions of config.init's scale, biases of
  // linear layers and norms 0.02 (0 with InitScale::kFanIn).
  void init_weights();

  // [B, channels, input...] -> [B, features_width], what the classifier sees.
  at::Tensor forward_features(const at::Tensor& input, const layers::TapScope& tap) const;
  // [B, features_width] -> [B, classes].
  at::Tensor forward_head(const at::Tensor& features, const layers::TapScope& tap);

  // Puts a probe's head in place of the classifier, with random weights.
  void use_probe_head();

  const RevVitConfig& config() const noexcept { return config_; }

 private:
  void add_positions();
  at::Tensor positions() const;  // [1, patches, width], or undefined
  at::Tensor embed(const at::Tensor& input, const layers::TapScope& tap) const;

  RevVitConfig config_;
  at::Tensor pos_embed_;           // [1, patches, width]; undefined but for kJoint
  at::Tensor pos_embed_spatial_;   // [1, places, width]; undefined but for kSeparate, as the next
  at::Tensor pos_embed_temporal_;  // [1, steps, width]
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<layers::LayerNorm> norm_stem_;                  // null without one
  std::vector<std::shared_ptr<layers::ReversibleBlock>> blocks_;  // rev_backbone.layers
  std::shared_ptr<layers::StreamFusion> fuse_;
  std::shared_ptr<layers::LayerNorm> norm_;
  std::shared_ptr<layers::Linear> classifier_;  // head.projection; null with a probe head
  std::shared_ptr<layers::ProbeHead> probe_head_;
};

}  // namespace yardstick
