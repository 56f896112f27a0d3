#include "models/hiera/sam2_trunk.h"

#include "models/layers/init.h"

#include <yardstick/check.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_bicubic2d.h>

namespace yardstick {

using layers::LayerNorm;
using layers::Linear;
using layers::TapScope;

namespace {

constexpr std::int64_t kPatch = 7;
constexpr std::int64_t kPatchStride = 4;
constexpr std::int64_t kPatchPadding = 3;

}  // namespace

Sam2Trunk::Sam2Trunk(const Sam2Config& config) : config_(config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::int64_t side = config.windows[0];
  pos_embed_ = register_parameter(
      "pos_embed", at::empty({1, config.width, config.position_grid[0], config.position_grid[1]}));
  pos_embed_window_ =
      register_parameter("pos_embed_window", at::empty({1, config.width, side, side}));
  patch_embed_ =
      register_module("patch_embed", std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{
                                         .channels = config.channels,
                                         .width = config.width,
                                         .kernel = {kPatch, kPatch},
                                         .stride = {kPatchStride, kPatchStride},
                                         .padding = {kPatchPadding, kPatchPadding}}));
  blocks_ = register_module("blocks", std::make_shared<layers::ModuleList<Sam2Block>>());
  for (const Sam2BlockConfig& block : plan_blocks(config)) {
    blocks_->push_back(std::make_shared<Sam2Block>(block));
  }
}

void Sam2Trunk::init_weights() {
  layers::positions(pos_embed_, InitScale::kReference);
  layers::positions(pos_embed_window_, InitScale::kReference);
  for (const auto& module : modules()) {
    if (const auto* linear = dynamic_cast<const Linear*>(module.get())) {
      layers::linear_weight(linear->weight, InitScale::kReference);
      layers::constant(linear->bias, 0.0);
    } else if (const auto* norm = dynamic_cast<const LayerNorm*>(module.get())) {
      layers::constant(norm->weight, 1.0);
      layers::constant(norm->bias, 0.0);
    } else if (const auto* convolution = dynamic_cast<const layers::Convolution*>(module.get())) {
      layers::uniform_by_fan_in(*convolution);
    }
  }
}

at::Tensor Sam2Trunk::positions(std::int64_t height, std::int64_t width) const {
  const at::Tensor whole =
      at::upsample_bicubic2d(pos_embed_, {height, width}, /*align_corners=*/false);
  const std::int64_t side = config_.windows[0];
  const at::Tensor windows = pos_embed_window_.repeat({1, 1, height / side, width / side});
  return (whole + windows).permute({0, 2, 3, 1});
}

std::vector<at::Tensor> Sam2Trunk::forward(const at::Tensor& image, const TapScope& tap) const {
  const std::int64_t height = image.size(2) / kPatchStride;
  const std::int64_t width = image.size(3) / kPatchStride;
  const at::Tensor patches =
      patch_embed_->forward(image, TapScope()).unflatten(1, {height, width});  // [B, H, W, C]
  tap.record("patch_embed", patches);
  const at::Tensor in_space = positions(height, width);
  tap.record("pos_embed", in_space);
  at::Tensor x = (patches + in_space).contiguous();
  std::vector<at::Tensor> stages;
  for (std::size_t i = 0; i < blocks_->size(); ++i) {
    const Sam2Block& block = (*blocks_)[i];
    x = block.forward(x, tap.in("blocks", static_cast<std::int64_t>(i)));
    if (block.config().ends_stage) {
      stages.push_back(x.permute({0, 3, 1, 2}));
      tap.in("stages", block.config().stage).record(stages.back());
    }
  }
  return stages;
}

}  // namespace yardstick
