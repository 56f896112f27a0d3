#include "models/hiera/masked_hiera_variants.h"

#include "models/common_params.h"
#include "models/hiera/hiera_variants.h"
#include "models/hiera/masked_hiera_config.h"
#include "models/hiera/masked_hiera_model.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

#include <algorithm>
#include <string>
#include <utility>

namespace yardstick {
namespace {

struct Variant {
  std::string_view name;
  std::string_view classifier;  // whose encoder it pre-trains
  double mask_ratio = 0.6;
  std::int64_t pooled_stages = 2;
  std::int64_t unit = 8;  // side of a mask unit in tokens of the first stage
  std::int64_t decoder_width = 512;
  std::int64_t decoder_depth = 8;
  std::int64_t decoder_heads = 16;
  bool is_test = false;
};

constexpr double kVideoMaskRatio = 0.9;

constexpr Variant kVariants[] = {
    {.name = "mae_hiera_tiny_224", .classifier = "hiera_tiny_224"},
    {.name = "mae_hiera_small_224", .classifier = "hiera_small_224"},
    {.name = "mae_hiera_base_224", .classifier = "hiera_base_224"},
    {.name = "mae_hiera_base_plus_224", .classifier = "hiera_base_plus_224"},
    {.name = "mae_hiera_large_224", .classifier = "hiera_large_224"},
    {.name = "mae_hiera_huge_224", .classifier = "hiera_huge_224"},

    {.name = "mae_hiera_base_16x224",
     .classifier = "hiera_base_16x224",
     .mask_ratio = kVideoMaskRatio},
    {.name = "mae_hiera_base_plus_16x224",
     .classifier = "hiera_base_plus_16x224",
     .mask_ratio = kVideoMaskRatio},
    {.name = "mae_hiera_large_16x224",
     .classifier = "hiera_large_16x224",
     .mask_ratio = kVideoMaskRatio},
    {.name = "mae_hiera_huge_16x224",
     .classifier = "hiera_huge_16x224",
     .mask_ratio = kVideoMaskRatio},

    {.name = "mae_hiera_test",
     .classifier = "hiera_test",
     .decoder_width = 32,
     .decoder_depth = 1,
     .decoder_heads = 2,
     .is_test = true},
    // An image of 32 px has one official mask unit. Units of 8 px leave one pooling step to them.
    {.name = "mae_hiera_nano_32",
     .classifier = "hiera_nano_32",
     .pooled_stages = 1,
     .unit = 2,
     .decoder_width = 64,
     .decoder_depth = 2,
     .decoder_heads = 4},
};

ModelInfo info_of(const Variant& variant, std::int64_t image_px) {
  ModelInfo info = hiera_classifier_info(variant.classifier, image_px);
  info.name = variant.name;
  info.summary = concat("Masked auto-encoder that pre-trains ", variant.classifier, ", decoder of ",
                        variant.decoder_depth, " blocks, width ", variant.decoder_width);
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema;
  declare_drop_path(schema);
  declare_image_size(schema, hiera_classifier_px(variant.classifier), /*multiple_px=*/32);
  return schema;
}

MaskedHieraConfig config_of(const Variant& variant, const Params& params) {
  MaskedHieraConfig config;
  config.encoder =
      hiera_classifier_config(variant.classifier, params.get<std::int64_t>("img_size"));
  config.encoder.pooled_stages = variant.pooled_stages;
  config.encoder.drop_path = params.get<double>("drop_path");
  std::vector<std::int64_t>& unit = config.encoder.mask_unit;
  std::fill(unit.end() - 2, unit.end(), variant.unit);
  config.mask_ratio = variant.mask_ratio;
  config.decoder_width = variant.decoder_width;
  config.decoder_depth = variant.decoder_depth;
  config.decoder_heads = variant.decoder_heads;
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const MaskedHieraConfig config = config_of(variant, params);
  require_buildable(variant.name, config);
  return make_masked_hiera_model(info_of(variant, params.get<std::int64_t>("img_size")), config);
}

}  // namespace

void register_masked_hiera(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) {
        return info_of(variant, hiera_classifier_px(variant.classifier));
      },
      schema_of, make);
}

}  // namespace yardstick
