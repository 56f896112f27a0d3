#include "models/hiera/hiera_encoder.h"

#include "models/layers/init.h"

#include <yardstick/check.h>

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/repeat_interleave.h>

#include <utility>

namespace yardstick {

using layers::TapScope;

HieraEncoder::HieraEncoder(const HieraConfig& config) : config_(config) {
  const auto problem = problem_of(config);
  YS_CHECK(!problem, *problem);
  const std::vector<std::int64_t> grid = config.grid();
  std::int64_t tokens = 1;
  for (const std::int64_t size : grid) tokens *= size;
  switch (config.positions) {
    case HieraPositions::kJoint:
      pos_embed_ = register_parameter("pos_embed", at::empty({1, tokens, config.width}));
      break;
    case HieraPositions::kSeparate:
      pos_embed_spatial_ =
          register_parameter("pos_embed_spatial", at::empty({1, tokens / grid[0], config.width}));
      pos_embed_temporal_ =
          register_parameter("pos_embed_temporal", at::empty({1, grid[0], config.width}));
      break;
    case HieraPositions::kAbsoluteWindow:
      pos_embed_ = register_parameter(
          "pos_embed",
          at::empty({1, config.width, config.position_grid[0], config.position_grid[1]}));
      pos_embed_win_ = register_parameter(
          "pos_embed_win", at::empty({1, config.width, config.mask_unit[0], config.mask_unit[1]}));
      break;
  }
  patch_embed_ =
      register_module("patch_embed", std::make_shared<layers::PatchEmbed>(layers::PatchEmbedConfig{
                                         .channels = config.channels,
                                         .width = config.width,
                                         .kernel = config.patch_kernel,
                                         .stride = config.patch_stride,
                                         .padding = config.patch_padding}));
  blocks_ = register_module("blocks", std::make_shared<layers::ModuleList<HieraBlock>>());
  for (const HieraBlockConfig& block : plan_blocks(config)) {
    blocks_->push_back(std::make_shared<HieraBlock>(block));
    width_out_ = block.width_out;
  }
}

void HieraEncoder::init_positions() {
  for (const at::Tensor& positions :
       {pos_embed_, pos_embed_win_, pos_embed_spatial_, pos_embed_temporal_}) {
    if (positions.defined()) layers::positions(positions, config_.init);
  }
}

at::Tensor HieraEncoder::positions() const {
  const std::vector<std::int64_t> grid = config_.grid();
  switch (config_.positions) {
    case HieraPositions::kJoint:
      break;
    case HieraPositions::kSeparate:
      return pos_embed_spatial_.repeat({1, grid[0], 1}) +
             at::repeat_interleave(pos_embed_temporal_, pos_embed_spatial_.size(1), 1);
    case HieraPositions::kAbsoluteWindow: {
      const at::Tensor windows = pos_embed_win_.repeat(
          {1, 1, grid[0] / config_.mask_unit[0], grid[1] / config_.mask_unit[1]});
      const at::Tensor whole =
          at::_upsample_bicubic2d_aa(pos_embed_, grid, /*align_corners=*/false);
      return (whole + windows).flatten(2).transpose(1, 2);
    }
  }
  return pos_embed_;
}

at::Tensor HieraEncoder::run_blocks(at::Tensor tokens, const TapScope& tap,
                                    const StageEnd& at_stage_end) const {
  for (std::size_t i = 0; i < blocks_->size(); ++i) {
    const HieraBlock& block = (*blocks_)[i];
    tokens = block.forward(tokens, tap.in("blocks", static_cast<std::int64_t>(i)));
    if (at_stage_end && block.config().ends_stage) at_stage_end(block.config().stage, tokens);
  }
  return tokens;
}

}  // namespace yardstick
