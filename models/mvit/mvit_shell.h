#pragma once

#include "models/layers/linear.h"
#include "models/layers/norm.h"
#include "models/layers/patch_embed.h"
#include "models/layers/probe_head.h"
#include "models/layers/tap_scope.h"
#include "models/mvit/mvit_config.h"

#include <torch/nn/module.h>

#include <memory>

namespace yardstick {

// What plain and reversible networks of facebookresearch/SlowFast's MViT share, with its names:
// what stands before the blocks and behind the pooled features.
class MvitShell : public torch::nn::Module {
 public:
  // The official start where config.init is kReference: linear layers, convolutions, positions and
  // class token of deviation 0.02, biases of linear layers and norms 0.02, the head scaled. Biases
  // are 0 otherwise.
  void init_weights();

  // [B, width] -> [B, classes]
  at::Tensor forward_head(const at::Tensor& features, const layers::TapScope& tap);
  // Puts a probe's head in place of the present one, with random weights.
  void use_probe_head();

  const MvitConfig& config() const noexcept { return config_; }
  std::int64_t head_width() const noexcept { return head_width_; }

 protected:
  // Requires: problem_of_shell(config) is empty. Parameters are unset.
  MvitShell(const MvitConfig& config, std::int64_t head_width);

  // [B, input_shape...] -> [B, prefix + patches, width], in memory of its own.
  at::Tensor embed(const at::Tensor& input, const layers::TapScope& tap) const;

 private:
  void register_positions();
  void init_positions() const;
  at::Tensor positions() const;  // [1, prefix + patches, width]

  MvitConfig config_;
  std::int64_t head_width_;
  at::Tensor cls_token_;  // [1, 1, width]; undefined where the config has none, as what follows
  at::Tensor pos_embed_;  // [1, prefix + patches, width]
  at::Tensor pos_embed_spatial_;   // [1, H * W, width]
  at::Tensor pos_embed_temporal_;  // [1, T, width]
  at::Tensor pos_embed_class_;     // [1, 1, width]
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<layers::LayerNorm> norm_stem_;
  std::shared_ptr<layers::Linear> classifier_;  // head.projection; null with a probe head
  std::shared_ptr<layers::ProbeHead> probe_head_;
};

}  // namespace yardstick
