#include "models/mvit/variant_row.h"

#include "models/common_params.h"
#include "models/common_preprocessing.h"

#include <yardstick/error.h>

#include <algorithm>
#include <iterator>

namespace yardstick {
namespace {

std::vector<std::int64_t> stages_of(const MvitVariantRow& row) {
  std::vector<std::int64_t> stages;
  std::ranges::copy_if(row.stages, std::back_inserter(stages),
                       [](std::int64_t blocks) { return blocks > 0; });
  return stages;
}

Preprocessing preprocessing_of(const MvitVariantRow& row, std::int64_t image_px) {
  if (row.is_ours() && !row.is_video()) return digits_preprocessing(image_px);
  Preprocessing preprocessing;
  if (row.is_video()) preprocessing = kinetics_preprocessing(image_px);
  preprocessing.crop_px = image_px;
  preprocessing.crop_pct = row.crop_pct;
  return preprocessing;
}

bool is_full_video(const MvitVariantRow& row) { return row.is_video() && !row.is_ours(); }

}  // namespace

std::string blocks_text(const MvitVariantRow& row) {
  std::string stages;
  for (const std::int64_t blocks : stages_of(row)) {
    stages += concat(stages.empty() ? "" : "+", blocks);
  }
  return stages + " blocks";
}

std::string widths_text(const MvitVariantRow& row) {
  std::int64_t widest = row.width;
  for (std::size_t stage = 1; stage < stages_of(row).size(); ++stage) widest *= 2;
  return concat("width ", row.width, " to ", widest);
}

std::string origin_text(const MvitVariantRow& row, std::int64_t frames) {
  std::string text;
  if (row.is_video()) text += concat(", for clips of ", frames, " frames");
  if (!row.is_ours()) text += concat(" (", row.official, ")");
  return text;
}

ModelInfo info_of_row(const MvitVariantRow& row, std::int64_t frames, std::int64_t image_px) {
  ModelInfo info;
  info.name = row.name;
  info.licence = row.is_ours() ? "-" : "Apache-2.0";
  info.input_shape = {3, image_px, image_px};
  if (row.is_video()) info.input_shape = {3, frames, image_px, image_px};
  info.preprocessing = preprocessing_of(row, image_px);
  info.is_test_variant = row.is_test;
  return info;
}

ParamSchema schema_of_row(const MvitVariantRow& row) {
  const MvitConfig defaults;
  ParamSchema schema;
  declare_classes(schema, row.classes);
  declare_drop_path(schema);
  declare_head_dropout(schema, is_full_video(row) ? 0.5 : 0.0);
  declare_head_init_scale(schema);
  if (row.is_video()) {
    schema.integer("frames", row.frames, "frames of a clip, a multiple of 2", 2);
  }
  declare_image_size(schema, row.image_px, defaults.patch_stride[1]);
  return schema;
}

MvitConfig config_of_row(const MvitVariantRow& row, const Params& params) {
  MvitConfig config;
  config.image_px = params.get<std::int64_t>("img_size");
  config.classes = params.get<std::int64_t>("classes");
  config.width = row.width;
  use_stages(config, stages_of(row), /*kv_stride=*/is_full_video(row) ? 8 : 4);
  if (row.is_video()) use_clips(config, params.get<std::int64_t>("frames"));
  config.drop_path = params.get<double>("drop_path");
  config.head_dropout = params.get<double>("dropout");
  config.head_init_scale = params.get<double>("head_init_scale");
  config.init = row.is_ours() ? InitScale::kFanIn : InitScale::kReference;
  return config;
}

void use_stages(MvitConfig& config, const std::vector<std::int64_t>& stages,
                std::int64_t kv_stride) {
  config.depth = 0;
  config.width_factors.clear();
  config.q_strides.clear();
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    for (std::int64_t i = 0; i < stages[stage]; ++i) {
      const bool is_transition = stage > 0 && i == 0;
      if (is_transition) config.width_factors.push_back({.block = config.depth, .factor = 2.0});
      const std::int64_t stride = is_transition ? 2 : 1;
      config.q_strides.push_back({.block = config.depth, .stride = {1, stride, stride}});
      ++config.depth;
    }
  }
  config.head_factors = config.width_factors;
  config.adaptive_kv_stride = Thw{1, kv_stride, kv_stride};
  config.pool_kernel = Thw{1, 3, 3};
}

void use_clips(MvitConfig& config, std::int64_t frames) {
  config.takes_images = false;
  config.frames = frames;
  config.patch_kernel = {3, 7, 7};
  config.patch_stride = {2, 4, 4};
  config.patch_padding = {1, 3, 3};
  config.pool_kernel = Thw{3, 3, 3};
}

void use_first_version(MvitConfig& config) {
  std::erase_if(config.q_strides,
                [](const MvitStride& item) { return item.stride == Thw{1, 1, 1}; });
  config.has_residual_pooling = false;
  config.has_relative_space = false;
  config.positions = config.takes_images ? MvitPositions::kJoint : MvitPositions::kSeparate;
}

}  // namespace yardstick
