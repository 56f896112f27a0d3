#include "models/vit/vit.h"

#include "models/layers/init.h"

#include <yardstick/check.h>

#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>

#include <string>
#include <utility>

namespace yardstick {

using layers::LayerNorm;
using layers::LayerNormConfig;
using layers::LayerScale;
using layers::Linear;
using layers::TapScope;

VitBlock::VitBlock(const VitConfig& config, double drop_path) : drop_path_(drop_path) {
  const LayerNormConfig norm{.width = config.width, .eps = config.norm_eps};
  norm1_ = register_module("norm1", std::make_shared<LayerNorm>(norm));
  attn_ = register_module("attn", std::make_shared<layers::Attention>(
                                      layers::AttentionConfig{.width = config.width,
                                                              .heads = config.heads,
                                                              .has_qkv_bias = config.has_qkv_bias,
                                                              .has_proj_bias = config.has_proj_bias,
                                                              .has_qk_norm = config.has_qk_norm,
                                                              .norm_eps = config.norm_eps}));
  norm2_ = register_module("norm2", std::make_shared<LayerNorm>(norm));
  mlp_ = register_module(
      "mlp",
      std::make_shared<layers::Mlp>(layers::MlpConfig{
          .width = config.width,
          .hidden = static_cast<std::int64_t>(static_cast<double>(config.width) * config.mlp_ratio),
          .has_bias = config.has_proj_bias}));
  if (config.layer_scale_init) {
    ls1_ = register_module("ls1", std::make_shared<LayerScale>(config.width));
    ls2_ = register_module("ls2", std::make_shared<LayerScale>(config.width));
  }
}

at::Tensor VitBlock::finish_branch(at::Tensor branch, const LayerScale* scale,
                                   std::string_view scale_name, const TapScope& tap) const {
  if (scale != nullptr) {
    branch = scale->forward(branch);
    tap.record(scale_name, branch);
  }
  if (is_training() && drop_path_ > 0) branch = layers::drop_path(branch, drop_path_);
  return branch;
}

at::Tensor VitBlock::forward(const at::Tensor& x, const TapScope& tap,
                             layers::BlockReduction* reduction) const {
  const at::Tensor normed1 = norm1_->forward(x);
  tap.record("norm1", normed1);
  at::Tensor attended = layers::add_branch(
      x, finish_branch(attn_->forward(normed1, tap.in("attn"), reduction), ls1_.get(), "ls1", tap),
      tap);
  if (reduction != nullptr) attended = reduction->reduce(std::move(attended));
  const at::Tensor normed2 = norm2_->forward(attended);
  tap.record("norm2", normed2);
  at::Tensor out = layers::add_branch(
      attended, finish_branch(mlp_->forward(normed2, tap.in("mlp")), ls2_.get(), "ls2", tap), tap);
  tap.record(out);
  return out;
}

Vit::Vit(const VitConfig& config) : config_(config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::int64_t width = config.width;
  const std::int64_t patches = config.grid()[0] * config.grid()[1];
  const LayerNormConfig norm{.width = width, .eps = config.norm_eps};

  if (config.has_class_token)
    cls_token_ = register_parameter("cls_token", at::empty({1, 1, width}));
  if (config.has_distillation_token) {
    dist_token_ = register_parameter("dist_token", at::empty({1, 1, width}));
  }
  if (config.register_tokens > 0) {
    reg_token_ = register_parameter("reg_token", at::empty({1, config.register_tokens, width}));
  }
  if (config.has_pos_embed) {
    pos_embed_ = register_parameter(
        "pos_embed", at::empty({1, config.embedded_prefix_tokens() + patches, width}));
  }
  patch_embed_ =
      register_module("patch_embed", std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{
                                         .channels = config.channels,
                                         .width = width,
                                         .kernel = {config.patch[0], config.patch[1]},
                                         .stride = {config.patch[0], config.patch[1]},
                                         .padding = {0, 0},
                                         .has_bias = !config.has_norm_before_blocks}));
  if (config.has_norm_before_blocks) {
    norm_pre_ = register_module("norm_pre", std::make_shared<LayerNorm>(norm));
  }
  blocks_ = register_module("blocks", std::make_shared<layers::ModuleList<VitBlock>>());
  for (const double rate : layers::drop_path_rates(config.drop_path, config.depth)) {
    blocks_->push_back(std::make_shared<VitBlock>(config, rate));
  }
  if (config.final_norm == VitNorm::kBeforePool) {
    norm_ = register_module("norm", std::make_shared<LayerNorm>(norm));
  } else if (config.final_norm == VitNorm::kAfterPool) {
    fc_norm_ = register_module("fc_norm", std::make_shared<LayerNorm>(norm));
  }
  if (config.classes > 0) {
    const layers::LinearConfig head{.in = width, .out = config.classes};
    head_ = register_module("head", std::make_shared<Linear>(head));
    if (config.has_distillation_token) {
      head_dist_ = register_module("head_dist", std::make_shared<Linear>(head));
    }
  }
}

void Vit::init_weights() {
  if (cls_token_.defined()) layers::normal(cls_token_, 1e-6);
  if (dist_token_.defined()) layers::normal(dist_token_, 0.02);
  if (reg_token_.defined()) layers::normal(reg_token_, 1e-6);
  if (pos_embed_.defined()) layers::positions(pos_embed_, config_.init);
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::linear_weight(linear->weight, config_.init);
      if (linear->bias.defined()) layers::constant(linear->bias, 0.0);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, 0.0);
    } else if (const auto* scale = dynamic_cast<const LayerScale*>(module.get())) {
      layers::constant(scale->gamma, *config_.layer_scale_init);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
    }
  }
  if (head_) layers::scale(head_->weight, config_.head_init_scale);
  if (head_dist_) layers::scale(head_dist_->weight, config_.head_init_scale);
  if (probe_head_) probe_head_->init_weights();
}

at::Tensor Vit::embed(const at::Tensor& image, const TapScope& tap) const {
  at::Tensor tokens = patch_embed_->forward(image, tap.in("patch_embed"));  // [B, patches, width]
  const bool adds_position_first = pos_embed_.defined() && !config_.embeds_prefix_positions;
  if (adds_position_first) tokens = tokens + pos_embed_;
  if (config_.prefix_tokens() > 0) {
    const std::int64_t batch = tokens.size(0);
    std::vector<at::Tensor> parts;
    if (cls_token_.defined()) parts.push_back(cls_token_.expand({batch, -1, -1}));
    if (dist_token_.defined()) parts.push_back(dist_token_.expand({batch, -1, -1}));
    if (reg_token_.defined()) parts.push_back(reg_token_.expand({batch, -1, -1}));
    parts.push_back(std::move(tokens));
    tokens = at::cat(parts, 1);  // [B, prefix + patches, width]
  }
  if (pos_embed_.defined() && !adds_position_first) {
    // cat gave memory of its own, which may be overwritten.
    tokens = config_.prefix_tokens() > 0 ? layers::add_branch(pos_embed_, std::move(tokens), tap)
                                         : tokens + pos_embed_;
  }
  if (pos_embed_.defined()) tap.record("pos_embed", pos_embed_);
  tap.record("pos_drop", tokens);
  if (norm_pre_) {
    tokens = norm_pre_->forward(tokens);
    tap.record("norm_pre", tokens);
  }
  return tokens;
}

TokenLayout Vit::token_layout() const {
  const bool counts_in_mean = config_.merged_tokens == MergedTokens::kCountInMean;
  TokenLayout layout;
  layout.depth = config_.depth;
  layout.width = config_.width;
  layout.heads = config_.heads;
  layout.input_channels = config_.channels;
  layout.grid = {config_.grid()[0], config_.grid()[1]};
  layout.special = layout.prefix = config_.prefix_tokens();
  layout.has_class_token = config_.has_class_token;
  layout.has_distillation_token = config_.has_distillation_token;
  layout.has_proportional_attention = !counts_in_mean;
  layout.pools_by_size = counts_in_mean && config_.pool == TokenPool::kMean;
  return layout;
}

at::Tensor Vit::pool(const at::Tensor& tokens, const TokenPass* pass) const {
  if (config_.has_distillation_token) return tokens.slice(1, 0, 2);  // [B, 2, width]
  if (pass != nullptr && config_.merged_tokens == MergedTokens::kCountInMean &&
      config_.pool == TokenPool::kMean) {
    return pass->pool(tokens.slice(1, config_.prefix_tokens()));
  }
  return layers::pool_tokens(tokens, config_.pool,
                             config_.pools_prefix_tokens ? 0 : config_.prefix_tokens());
}

at::Tensor Vit::forward_features(const at::Tensor& image, const TapScope& tap,
                                 TokenPass* pass) const {
  at::Tensor x = layers::run_blocks(*blocks_, "blocks", embed(image, tap), tap, pass);
  if (norm_) {
    x = norm_->forward(x);
    tap.record("norm", x);
  }
  x = pool(x, pass);
  if (fc_norm_) {
    x = fc_norm_->forward(x);
    tap.record("fc_norm", x);
  }
  return x;
}

at::Tensor Vit::forward_head(const at::Tensor& features, const TapScope& tap) {
  at::Tensor x = features;
  if (is_training() && config_.head_dropout > 0) {
    x = at::dropout(x, config_.head_dropout, /*train=*/true);
  }
  if (head_dist_) {
    at::Tensor logits = head_->forward(x.select(1, 0));
    const at::Tensor distilled = head_dist_->forward(x.select(1, 1));
    tap.record("head", logits);
    tap.record("head_dist", distilled);
    return (logits + distilled) / 2;
  }
  if (config_.has_distillation_token) x = x.mean(1);
  if (probe_head_) {
    x = probe_head_->forward(x, tap.in("head"));
  } else if (head_) {
    x = head_->forward(x);
  }
  tap.record("head", x);
  return x;
}

void Vit::use_probe_head() {
  if (probe_head_) return;
  auto head = std::make_shared<layers::ProbeHead>(
      layers::ProbeHeadConfig{.width = config_.width, .classes = config_.classes});
  if (head_) unregister_module("head");
  if (head_dist_) unregister_module("head_dist");
  head_.reset();
  head_dist_.reset();
  probe_head_ = register_module("head", std::move(head));
  probe_head_->init_weights();
}

}  // namespace yardstick
