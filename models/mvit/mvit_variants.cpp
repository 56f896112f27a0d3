#include "models/mvit/mvit_variants.h"

#include "models/mvit/mvit_golden.h"
#include "models/mvit/mvit_model.h"
#include "models/mvit/variant_row.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

namespace yardstick {
namespace {

enum class Version { kV1, kV2 };

struct Design {
  Version version = Version::kV2;
  std::int64_t heads = 1;
  bool widens_in_attention = true;
  bool has_pool_kernel = true;  // 3 in each dimension; else by stride
};

struct Variant : MvitVariantRow {
  Design design = {};
};

constexpr auto kV1 = Version::kV1;
constexpr std::int64_t kKineticsClasses = 400;

constexpr Variant kVariants[] = {
    {{.name = "mvit_base", .official = "ImageNet/MVIT_B_16_CONV", .stages = {1, 2, 11, 2}},
     {.version = kV1}},
    {{.name = "mvitv2_tiny", .official = "ImageNet/MVITv2_T", .stages = {1, 2, 5, 2}}},
    {{.name = "mvitv2_small", .official = "ImageNet/MVITv2_S", .stages = {1, 2, 11, 2}}},
    {{.name = "mvitv2_base", .official = "ImageNet/MVITv2_B", .stages = {2, 3, 16, 3}}},
    // In facebookresearch/mvit alone.
    {{.name = "mvitv2_large",
      .official = "test/MVITv2_L_test",
      .width = 144,
      .stages = {2, 6, 36, 4}},
     {.heads = 2, .widens_in_attention = false}},

    {{.name = "mvit_base_16x4",
      .official = "Kinetics/MVIT_B_16x4_CONV",
      .frames = 16,
      .stages = {1, 2, 11, 2},
      .classes = kKineticsClasses},
     {.version = kV1}},
    // The configuration gives two depths, of which the loader takes the second: the paper's
    // MViT-B-24 and not the 16 blocks of its MViT-B, 32x3.
    {{.name = "mvit_base_24_32x3",
      .official = "Kinetics/MVIT_B_32x3_CONV",
      .frames = 32,
      .stages = {2, 3, 16, 3},
      .classes = kKineticsClasses},
     {.version = kV1, .has_pool_kernel = false}},
    // The next three with 174 classes are SSv2/MVITv2_S_16x4, B_32x3 and L_40x3.
    {{.name = "mvitv2_small_16x4",
      .official = "Kinetics/MVITv2_S_16x4",
      .frames = 16,
      .stages = {1, 2, 11, 2},
      .classes = kKineticsClasses}},
    {{.name = "mvitv2_base_32x3",
      .official = "Kinetics/MVITv2_B_32x3",
      .frames = 32,
      .stages = {2, 3, 16, 3},
      .classes = kKineticsClasses}},
    // The zoo's 217.6 million parameters are those of widening in the MLP, as mvitv2_large does;
    // the configuration says otherwise and has 213.4. Three crops of frames as high as the crop.
    {{.name = "mvitv2_large_40x3",
      .official = "Kinetics/MVITv2_L_40x3_test",
      .frames = 40,
      .image_px = 312,
      .width = 144,
      .stages = {2, 6, 36, 4},
      .classes = kKineticsClasses,
      .crop_pct = 1.0},
     {.heads = 2}},

    {{.name = "mvit_test",
      .image_px = 32,
      .width = 16,
      .stages = {1, 1, 2},
      .classes = 10,
      .is_test = true},
     {.version = kV1}},
    {{.name = "mvitv2_test",
      .image_px = 32,
      .width = 16,
      .stages = {1, 1, 1},
      .classes = 10,
      .is_test = true}},
    {{.name = "mvitv2_4x2_test",
      .frames = 4,
      .image_px = 32,
      .width = 16,
      .stages = {1, 1, 1},
      .classes = 10,
      .is_test = true}},
    {{.name = "mvitv2_nano_32", .image_px = 32, .width = 32, .stages = {1, 1, 2}, .classes = 10}},
};

ModelInfo info_of(const Variant& variant, std::int64_t frames, std::int64_t image_px) {
  ModelInfo info = info_of_row(variant, frames, image_px);
  info.family = "mvit";
  const bool is_v1 = variant.design.version == kV1;
  info.summary = concat(is_v1 ? "MViT" : "MViTv2", " of ", blocks_text(variant), ", ",
                        widths_text(variant), origin_text(variant, frames));
  if (is_v1) {
    info.paper = {"Multiscale Vision Transformers", "2104.11227", 2021};
  } else {
    info.paper = {
        "MViTv2: Improved Multiscale Vision Transformers for Classification and Detection",
        "2112.01526", 2021};
  }
  const bool is_of_image_repository = !is_v1 && !variant.is_video();
  info.official_repository =
      is_of_image_repository ? "facebookresearch/mvit" : "facebookresearch/SlowFast";
  return info;
}

MvitConfig config_of(const Variant& variant, const Params& params) {
  const Design& design = variant.design;
  const bool is_v1 = design.version == kV1;
  MvitConfig config = config_of_row(variant, params);
  config.heads = design.heads;
  if (!design.has_pool_kernel) config.pool_kernel.reset();
  config.has_class_token = is_v1 || variant.is_video();
  config.widens_in_attention = !is_v1 && design.widens_in_attention;
  if (is_v1) use_first_version(config);
  config.has_relative_time = config.has_relative_space && variant.is_video();
  // A class token as the only feature would leave the last block's pooling of queries without a
  // gradient, which a test asks for.
  config.pools_before_norm = variant.is_test && variant.is_video();
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const MvitConfig config = config_of(variant, params);
  require_buildable(variant.name, config);
  return make_mvit_model(info_of(variant, config.frames, config.image_px), config);
}

}  // namespace

void register_mvit(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.frames, variant.image_px); },
      schema_of_row, make);
  registrar.add(mvit_golden_family());
}

}  // namespace yardstick
