#include "models/hiera/sam2_variants.h"

#include "models/common_params.h"
#include "models/hiera/sam2_config.h"
#include "models/hiera/sam2_model.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

#include <array>
#include <string>
#include <utility>

namespace yardstick {
namespace {

struct Variant {
  std::string_view name;
  std::int64_t image_px = 1024;
  std::int64_t width = 96;
  std::int64_t heads = 1;
  std::array<std::int64_t, 4> stages = {};
  std::array<std::int64_t, 3> global_blocks = {};
  std::array<std::int64_t, 4> windows = {8, 4, 14, 7};
  std::int64_t position_grid = 7;
  bool is_test = false;
};

constexpr Variant kVariants[] = {
    {.name = "sam2_hiera_tiny", .stages = {1, 2, 7, 2}, .global_blocks = {5, 7, 9}},
    {.name = "sam2_hiera_small", .stages = {1, 2, 11, 2}, .global_blocks = {7, 10, 13}},
    {.name = "sam2_hiera_base_plus",
     .width = 112,
     .heads = 2,
     .stages = {2, 3, 16, 3},
     .global_blocks = {12, 16, 20},
     .position_grid = 14},
    {.name = "sam2_hiera_large",
     .width = 144,
     .heads = 2,
     .stages = {2, 6, 36, 4},
     .global_blocks = {23, 33, 43},
     .windows = {8, 4, 16, 8}},

    {.name = "sam2_hiera_test",
     .image_px = 64,
     .width = 16,
     .stages = {1, 1, 3, 1},
     .global_blocks = {2, 3, 4},
     .is_test = true},
};

ModelInfo info_of(const Variant& variant) {
  ModelInfo info;
  info.name = variant.name;
  info.family = "hiera";
  const auto& stages = variant.stages;
  info.summary = concat("SAM 2's image trunk: Hiera of ", stages[0], "+", stages[1], "+", stages[2],
                        "+", stages[3], " blocks, width ", variant.width, " to ", 8 * variant.width,
                        ", features at four scales");
  info.paper = {"SAM 2: Segment Anything in Images and Videos", "2408.00714", 2024};
  info.official_repository = "facebookresearch/sam2";
  info.licence = variant.is_test ? "-" : "Apache-2.0";
  info.input_shape = {3, variant.image_px, variant.image_px};
  info.preprocessing.crop_px = variant.image_px;
  info.preprocessing.crop_pct = 1.0;
  info.preprocessing.interpolation = Interpolation::kBilinear;
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema() {
  ParamSchema schema;
  declare_drop_path(schema);
  return schema;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  Sam2Config config;
  config.width = variant.width;
  config.heads = variant.heads;
  config.stages.assign(variant.stages.begin(), variant.stages.end());
  config.windows.assign(variant.windows.begin(), variant.windows.end());
  config.global_blocks.assign(variant.global_blocks.begin(), variant.global_blocks.end());
  config.position_grid = {variant.position_grid, variant.position_grid};
  config.drop_path = params.get<double>("drop_path");
  return make_sam2_model(info_of(variant), config);
}

}  // namespace

void register_sam2(Registrar& registrar) {
  register_variants(registrar, kVariants, info_of, [](const Variant&) { return schema(); }, make);
}

}  // namespace yardstick
