#include "models/mae/mae_variants.h"

#include "models/common_params.h"
#include "models/common_preprocessing.h"
#include "models/mae/mae_config.h"
#include "models/mae/mae_golden.h"
#include "models/mae/mae_model.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

struct Variant {
  std::string_view name;
  std::int64_t image_px = 224;
  std::int64_t patch_px = 16;
  std::int64_t width = 0;
  std::int64_t depth = 12;
  std::int64_t heads = 0;
  std::int64_t decoder_width = 512;
  std::int64_t decoder_depth = 8;
  std::int64_t decoder_heads = 16;
  bool is_ours = false;  // fed as digits are, and started at the scale of its width
  bool is_test = false;
};

constexpr Variant kVariants[] = {
    {.name = "mae_vit_base_patch16", .width = 768, .heads = 12},
    {.name = "mae_vit_large_patch16", .width = 1024, .depth = 24, .heads = 16},
    {.name = "mae_vit_huge_patch14", .patch_px = 14, .width = 1280, .depth = 32, .heads = 16},
    // Its encoder is vit_test's.
    {.name = "mae_test",
     .image_px = 32,
     .patch_px = 8,
     .width = 32,
     .depth = 2,
     .heads = 2,
     .decoder_width = 16,
     .decoder_depth = 1,
     .decoder_heads = 2,
     .is_ours = true,
     .is_test = true},
    // Its encoder is vit_nano_patch4_28's.
    {.name = "mae_nano_patch4_28",
     .image_px = 28,
     .patch_px = 4,
     .width = 64,
     .depth = 4,
     .heads = 4,
     .decoder_width = 64,
     .decoder_depth = 2,
     .decoder_heads = 4,
     .is_ours = true},
};

ModelInfo info_of(const Variant& variant, std::int64_t image_px) {
  ModelInfo info;
  info.name = variant.name;
  info.family = "mae";
  info.summary =
      concat("masked auto-encoder: ViT of ", variant.depth, " blocks, width ", variant.width, ", ",
             variant.heads, " heads, patches of ", variant.patch_px, " px; decoder of ",
             variant.decoder_depth, " blocks, width ", variant.decoder_width);
  info.paper = {"Masked Autoencoders Are Scalable Vision Learners", "2111.06377", 2021};
  info.official_repository = "facebookresearch/mae";
  info.licence = variant.is_ours ? "-" : "CC-BY-NC-4.0";
  info.input_shape = {3, image_px, image_px};
  info.preprocessing.crop_px = image_px;
  if (variant.is_ours) info.preprocessing = digits_preprocessing(image_px);
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema;
  declare_image_size(schema, variant.image_px, variant.patch_px);
  declare_masking(schema, MaeConfig{}.mask_ratio);
  return schema;
}

MaeConfig config_of(const Variant& variant, const Params& params) {
  const std::int64_t image_px = params.get<std::int64_t>("img_size");
  MaeConfig config{
      .image = {image_px, image_px},
      .patch = {variant.patch_px, variant.patch_px},
      .width = variant.width,
      .depth = variant.depth,
      .heads = variant.heads,
      .decoder_width = variant.decoder_width,
      .decoder_depth = variant.decoder_depth,
      .decoder_heads = variant.decoder_heads,
      .mask_ratio = params.get<double>("mask_ratio"),
      .init = variant.is_ours ? InitScale::kFanIn : InitScale::kReference,
  };
  if (!params.get<bool>("norm_pix_loss")) config.target = PixelTarget::kRaw;
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const MaeConfig config = config_of(variant, params);
  require_buildable(variant.name, config);
  return make_mae_model(info_of(variant, config.image[0]), config);
}

}  // namespace

void register_mae(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.image_px); }, schema_of, make);
  registrar.add(mae_golden_family());
}

}  // namespace yardstick
