#include "models/hiera/masked_hiera.h"

#include "models/hiera/masked_pixels.h"
#include "models/layers/init.h"
#include "models/layers/masking.h"
#include "models/layers/xavier.h"

#include <yardstick/check.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/argsort.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/sort.h>

#include <algorithm>
#include <utility>

namespace yardstick {

using layers::Convolution;
using layers::LayerNorm;
using layers::LayerNormConfig;
using layers::Linear;
using layers::LinearConfig;
using layers::TapScope;

namespace {

constexpr double kTokenStd = 0.02;

// Positions [B, K] among all units, row by row -> the position along each dimension of `grid`,
// behind that of the sample.
c10::List<std::optional<at::Tensor>> sample_and_place(const at::Tensor& kept,
                                                      const std::vector<std::int64_t>& grid) {
  std::vector<at::Tensor> along(grid.size());
  at::Tensor rest = kept;
  for (std::size_t d = grid.size(); d-- > 0;) {
    along[d] = rest.remainder(grid[d]);
    rest = rest.div(grid[d], "floor");
  }
  c10::List<std::optional<at::Tensor>> indices;
  indices.push_back(at::arange(kept.size(0), kept.options()).unsqueeze(1));
  for (at::Tensor& positions : along) indices.push_back(std::move(positions));
  return indices;
}

}  // namespace

MaskedHiera::MaskedHiera(const MaskedHieraConfig& config)
    : HieraEncoder(config.encoder),
      config_(config),
      order_(config.encoder.grid(), config.encoder.pool_stride, config.unit_steps()),
      unit_order_(config.encoder.mask_unit, config.encoder.pool_stride, config.unit_steps()) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::int64_t width = config.decoder_width;
  const double eps = config.encoder.norm_eps;
  const auto make_norm = [&](std::int64_t size) {
    return std::make_shared<LayerNorm>(LayerNormConfig{.width = size, .eps = eps});
  };
  const auto make_linear = [&](std::int64_t in, std::int64_t out) {
    return std::make_shared<Linear>(LinearConfig{.in = in, .out = out});
  };
  mask_token_ = register_parameter("mask_token", at::empty({1, 1, width}));
  decoder_pos_embed_ = register_parameter(
      "decoder_pos_embed", at::empty({1, config.units() * config.final_tokens(), width}));
  encoder_norm_ = register_module("encoder_norm", make_norm(width_out()));

  fusion_heads_ = register_module("multi_scale_fusion_heads",
                                  std::make_shared<layers::ModuleList<Convolution>>());
  std::vector<std::int64_t> kernel = config.encoder.mask_unit;
  const std::vector<std::int64_t> final_unit = config.final_unit();
  for (std::size_t d = 0; d < kernel.size(); ++d) kernel[d] /= final_unit[d];
  for (const auto& block : blocks()) {
    if (!block->config().ends_stage || block->config().stage >= config.encoder.pooled_stages) {
      continue;
    }
    fusion_heads_->push_back(std::make_shared<Convolution>(
        layers::PatchEmbedConfig{.channels = block->config().width_out,
                                 .width = width_out(),
                                 .kernel = kernel,
                                 .stride = kernel,
                                 .padding = std::vector<std::int64_t>(kernel.size(), 0)}));
    for (std::size_t d = 0; d < kernel.size(); ++d) kernel[d] /= config.encoder.pool_stride[d];
  }

  decoder_embed_ = register_module("decoder_embed", make_linear(width_out(), width));
  decoder_blocks_ =
      register_module("decoder_blocks", std::make_shared<layers::ModuleList<HieraBlock>>());
  for (std::int64_t i = 0; i < config.decoder_depth; ++i) {
    decoder_blocks_->push_back(std::make_shared<HieraBlock>(HieraBlockConfig{
        .width_in = width,
        .width_out = width,
        .heads = config.decoder_heads,
        .hidden = static_cast<std::int64_t>(static_cast<double>(width) * config.encoder.mlp_ratio),
        .norm_eps = eps}));
  }
  decoder_norm_ = register_module("decoder_norm", make_norm(width));
  decoder_pred_ = register_module("decoder_pred", make_linear(width, config.target_values()));
}

void MaskedHiera::init_weights() {
  init_positions();
  layers::positions(decoder_pos_embed_, config_.encoder.init);
  layers::trunc_normal(mask_token_, kTokenStd);
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::xavier_uniform(linear->weight);
      layers::constant(linear->bias, 0.0);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, 0.0);
    } else if (const auto* convolution = dynamic_cast<const Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
    }
  }
  layers::xavier_uniform(patch_embed().named_parameters()["proj.weight"]);
}

at::Tensor MaskedHiera::patches_of_kept(const at::Tensor& hidden, const at::Tensor& kept) const {
  const HieraConfig& encoder = config_.encoder;
  const std::size_t dims = encoder.input.size();
  std::vector<std::int64_t> margins;  // innermost dimension first
  for (std::size_t d = dims; d-- > 0;) {
    margins.insert(margins.end(), {encoder.patch_padding[d], encoder.patch_padding[d]});
  }
  // Everything that the patches of a unit cover: units overlap where patches do.
  at::Tensor units = at::constant_pad_nd(hidden, margins);
  const std::vector<std::int64_t> step = config_.unit_px();
  for (std::size_t d = 0; d < dims; ++d) {
    const std::int64_t covered = step[d] - encoder.patch_stride[d] + encoder.patch_kernel[d];
    units = units.unfold(static_cast<std::int64_t>(d) + 2, covered, step[d]);
  }
  units = units.movedim(1, static_cast<std::int64_t>(dims) + 1);  // [B, grid..., C, covered...]
  const at::Tensor windows =
      at::index(units, sample_and_place(kept, config_.unit_grid())).flatten(0, 1);
  const auto proj = patch_embed().named_parameters();
  const at::Tensor& weight = proj["proj.weight"];
  const at::Tensor& bias = proj["proj.bias"];
  const at::Tensor patches = dims == 2 ? at::conv2d(windows, weight, bias, encoder.patch_stride)
                                       : at::conv3d(windows, weight, bias, encoder.patch_stride);
  return patches.flatten(2).transpose(1, 2);
}

at::Tensor MaskedHiera::embed_kept(const at::Tensor& input, const at::Tensor& kept,
                                   const at::Tensor& visible, const TapScope& tap) const {
  const std::int64_t units = config_.units();
  const std::int64_t width = config_.encoder.width;
  const at::Tensor in_space = positions();
  tap.record("pos_embed", in_space);
  const at::Tensor by_unit = order_.unroll(in_space)
                                 .view({-1, units, width})
                                 .transpose(0, 1)  // [units, unit's tokens, width]
                                 .index_select(0, kept.flatten());
  const at::Tensor patches = patches_of_kept(hide_removed(config_, input, visible), kept);
  const at::Tensor tokens = unit_order_.unroll(patches) + by_unit;  // [B * kept, tokens, width]
  return tokens.view({kept.size(0), kept.size(1), -1, width})
      .transpose(1, 2)
      .reshape({kept.size(0), -1, width});
}

at::Tensor MaskedHiera::by_unit(const at::Tensor& tokens, std::int64_t stage,
                                std::int64_t units) const {
  const std::int64_t batch = tokens.size(0);
  const at::Tensor in_order = tokens.view({batch, -1, units, tokens.size(2)})
                                  .transpose(1, 2)
                                  .reshape({batch * units, -1, tokens.size(2)});
  const std::int64_t pools = std::min(stage, config_.encoder.pooled_stages);
  return unit_order_.reroll(in_order, pools).unflatten(0, {batch, units});
}

at::Tensor MaskedHiera::encode(const at::Tensor& tokens, std::int64_t units,
                               const TapScope& tap) const {
  const auto pooled_stages = config_.encoder.pooled_stages;
  const auto last_stage = static_cast<std::int64_t>(config_.encoder.stages.size()) - 1;
  at::Tensor fused;
  const auto fuse = [&](std::int64_t stage, const at::Tensor& output) {
    const bool has_head = stage < pooled_stages;
    if (!tap && !has_head && stage != last_stage) return;
    const at::Tensor in_units = by_unit(output, stage, units);
    tap.in("intermediates", stage).record(in_units);
    if (has_head) {
      const auto head = static_cast<std::size_t>(stage);
      const at::Tensor resampled = (*fusion_heads_)[head]
                                       .forward(in_units.flatten(0, 1).movedim(-1, 1))
                                       .movedim(1, -1)
                                       .unflatten(0, {tokens.size(0), units});
      fused = fused.defined() ? fused + resampled : resampled;
    } else if (stage == last_stage) {
      fused = fused.defined() ? fused + in_units : in_units;
    }
  };
  run_blocks(tokens, tap, fuse);
  at::Tensor latent = encoder_norm_->forward(fused);
  tap.record("encoder_norm", latent);
  tap.record("latent", latent);
  return latent;
}

at::Tensor MaskedHiera::decode(const at::Tensor& latent, const at::Tensor& kept,
                               const TapScope& tap) const {
  const std::int64_t batch = latent.size(0);
  const std::int64_t width = config_.decoder_width;
  const std::int64_t unit_values = config_.final_tokens() * width;
  const at::Tensor embedded = decoder_embed_->forward(latent);
  tap.record("decoder_embed", embedded);
  const at::Tensor hidden = mask_token_.to(embedded.scalar_type())
                                .repeat({1, 1, config_.final_tokens()})
                                .expand({batch, config_.units(), unit_values});
  const at::Tensor all =
      at::scatter(hidden, 1, kept.unsqueeze(-1).expand({-1, -1, unit_values}),
                  embedded.reshape({batch, -1, unit_values}));  // [B, units, unit's values]

  std::vector<std::int64_t> shape = {batch};
  std::vector<std::int64_t> order = {0};
  for (const auto& sizes : {config_.unit_grid(), config_.final_unit()}) {
    shape.insert(shape.end(), sizes.begin(), sizes.end());
  }
  const auto dims = static_cast<std::int64_t>(config_.encoder.input.size());
  for (std::int64_t d = 1; d <= dims; ++d) order.insert(order.end(), {d, d + dims});
  shape.push_back(width);
  order.push_back(2 * dims + 1);
  at::Tensor x = all.view(shape).permute(order).reshape({batch, -1, width});
  x = x + decoder_pos_embed_;
  for (std::size_t i = 0; i < decoder_blocks_->size(); ++i) {
    x = (*decoder_blocks_)[i].forward(x, tap.in("decoder_blocks", static_cast<std::int64_t>(i)));
  }
  return x;
}

MaskedHiera::Pass MaskedHiera::pretrain(const at::Tensor& input, const at::Tensor& noise,
                                        double mask_ratio, const TapScope& tap) const {
  const layers::TokenMask mask = layers::mask_by_noise(noise, mask_ratio);
  const at::Tensor kept = std::get<0>(at::sort(mask.kept, 1));
  Pass pass;
  pass.visible = 1 - mask.removed;
  tap.record("mask", pass.visible);
  const at::Tensor latent = encode(embed_kept(input, kept, pass.visible, tap), kept.size(1), tap);
  const at::Tensor decoded = decode(latent, kept, tap);

  const at::Tensor pred_mask = visible_tokens(config_, pass.visible);
  tap.record("pred_mask", pred_mask);
  const std::int64_t removed = (config_.units() - kept.size(1)) * config_.final_tokens();
  pass.removed = at::argsort(pred_mask, /*stable=*/true, /*dim=*/1).slice(1, 0, removed);
  // The official code predicts all tokens and drops those that were visible.
  pass.predicted =
      decoder_pred_->forward(decoder_norm_->forward(layers::take_tokens(decoded, pass.removed)));
  const at::Tensor label =
      layers::normalise_patches(layers::take_tokens(to_targets(config_, input), pass.removed));
  if (tap) {
    tap.record("pred", pass.predicted.flatten(0, 1));
    tap.record("label", label.flatten(0, 1));
  }
  pass.loss = (pass.predicted - label).square().mean();
  tap.record("loss", pass.loss);
  return pass;
}

at::Tensor MaskedHiera::forward_features(const at::Tensor& input, const TapScope& tap) const {
  const at::Tensor patches = patch_embed().forward(input, tap.in("patch_embed"));
  const at::Tensor in_space = positions();
  tap.record("pos_embed", in_space);
  const at::Tensor latent = encode(order_.unroll(patches + in_space), config_.units(), tap);
  return latent.flatten(1, -2).mean(1);
}

}  // namespace yardstick
