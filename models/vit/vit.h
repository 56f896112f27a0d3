#pragma once

#include "models/layers/attention.h"
#include "models/layers/block_reduction.h"
#include "models/layers/mlp.h"
#include "models/layers/module_list.h"
#include "models/layers/norm.h"
#include "models/layers/patch_embed.h"
#include "models/layers/probe_head.h"
#include "models/layers/residual.h"
#include "models/layers/tap_scope.h"
#include "models/vit/vit_config.h"

#include <torch/nn/module.h>

#include <memory>
#include <vector>

namespace yardstick {

// x += drop_path(ls1(attn(norm1 x))); x += drop_path(ls2(mlp(norm2 x))). A `reduction` takes tokens
// away between the two.
class VitBlock : public torch::nn::Module {
 public:
  VitBlock(const VitConfig& config, double drop_path);

  at::Tensor forward(const at::Tensor& x, const layers::TapScope& tap,
                     layers::BlockReduction* reduction = nullptr) const;  // [B, N, width]

 private:
  at::Tensor finish_branch(at::Tensor branch, const layers::LayerScale* scale,
                           std::string_view scale_name, const layers::TapScope& tap) const;

  double drop_path_;
  std::shared_ptr<layers::LayerNorm> norm1_;
  std::shared_ptr<layers::Attention> attn_;
  std::shared_ptr<layers::LayerScale> ls1_;  // null without layer scale
  std::shared_ptr<layers::LayerNorm> norm2_;
  std::shared_ptr<layers::Mlp> mlp_;
  std::shared_ptr<layers::LayerScale> ls2_;
};

// Vision transformer: An Image is Worth 16x16 Words (arXiv 2010.11929), in the layout and with the
// names of timm's VisionTransformer; Masked Autoencoders (arXiv 2111.06377), models_vit of
// facebookresearch/mae, is the same network with the pooled mean and fc_norm; DeiT (arXiv
// 2012.12877) with a distillation token is timm's VisionTransformerDistilled. Checked against all.
class Vit : public torch::nn::Module {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit Vit(const VitConfig& config);

  // timm's default start: linear layers and position embedding of config.init's scale, class token
  // normal with deviation 1e-6, biases 0.
  void init_weights();

  // [B, channels, H, W] -> [B, width], what the head sees; with a distillation token [B, 2, width],
  // what either head sees. `pass` reduces the blocks' tokens unless it is null.
  at::Tensor forward_features(const at::Tensor& image, const layers::TapScope& tap,
                              TokenPass* pass = nullptr) const;
  // That to [B, classes], or its mean [B, width] where there is no head. Of two heads the mean, in
  // training too: there timm's distilled_training alone keeps them apart.
  at::Tensor forward_head(const at::Tensor& features, const layers::TapScope& tap);

  // Puts a probe's head in place of the present one, with random weights.
  void use_probe_head();

  const VitConfig& config() const noexcept { return config_; }
  TokenLayout token_layout() const;

 private:
  at::Tensor embed(const at::Tensor& image, const layers::TapScope& tap) const;
  at::Tensor pool(const at::Tensor& tokens, const TokenPass* pass) const;

  VitConfig config_;
  at::Tensor cls_token_;   // [1, 1, width]; undefined where the config has none, as the next three
  at::Tensor dist_token_;  // [1, 1, width]
  at::Tensor reg_token_;   // [1, register_tokens, width]
  at::Tensor pos_embed_;   // [1, embedded_prefix_tokens + patches, width]
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<layers::LayerNorm> norm_pre_;
  std::shared_ptr<layers::ModuleList<VitBlock>> blocks_;
  std::shared_ptr<layers::LayerNorm> norm_;     // null unless kBeforePool
  std::shared_ptr<layers::LayerNorm> fc_norm_;  // null unless kAfterPool
  std::shared_ptr<layers::Linear> head_;        // null without classes or with a probe head
  std::shared_ptr<layers::Linear> head_dist_;   // as head_, and without a distillation token
  std::shared_ptr<layers::ProbeHead> probe_head_;
};

}  // namespace yardstick
