#include "models/hiera/hiera_variants.h"

#include "models/common_params.h"
#include "models/common_preprocessing.h"
#include "models/hiera/hiera_config.h"
#include "models/hiera/hiera_golden.h"
#include "models/hiera/hiera_model.h"
#include "models/hiera/masked_hiera_variants.h"
#include "models/hiera/sam2_variants.h"
#include "models/variant_table.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace yardstick {
namespace {

enum class Kind {
  kImage,
  kVideo,           // 16 frames of 224 px
  kAbsoluteWindow,  // timm's, at 256 px
  kDigits           // ours: for small images that are all foreground
};

struct Variant {
  std::string_view name;
  Kind kind = Kind::kImage;
  std::int64_t image_px = 224;
  std::int64_t width = 96;
  std::int64_t heads = 1;
  std::array<std::int64_t, 4> stages = {};
  std::int64_t classes = 1000;
  std::int64_t position_grid = 14;
  HieraResidual residual = HieraResidual::kProjection;
  bool is_test = false;
};

constexpr auto kVideo = Kind::kVideo;
constexpr auto kAbsoluteWindow = Kind::kAbsoluteWindow;
constexpr std::int64_t kFrames = 16;
constexpr std::int64_t kPatchStride = 4;  // in space
constexpr std::int64_t kKineticsClasses = 400;

constexpr Variant kVariants[] = {
    {.name = "hiera_tiny_224", .stages = {1, 2, 7, 2}},
    {.name = "hiera_small_224", .stages = {1, 2, 11, 2}},
    {.name = "hiera_base_224", .stages = {2, 3, 16, 3}},
    {.name = "hiera_base_plus_224", .width = 112, .heads = 2, .stages = {2, 3, 16, 3}},
    {.name = "hiera_large_224", .width = 144, .heads = 2, .stages = {2, 6, 36, 4}},
    {.name = "hiera_huge_224", .width = 256, .heads = 4, .stages = {2, 6, 36, 4}},

    {.name = "hiera_base_16x224",
     .kind = kVideo,
     .stages = {2, 3, 16, 3},
     .classes = kKineticsClasses},
    {.name = "hiera_base_plus_16x224",
     .kind = kVideo,
     .width = 112,
     .heads = 2,
     .stages = {2, 3, 16, 3},
     .classes = kKineticsClasses},
    {.name = "hiera_large_16x224",
     .kind = kVideo,
     .width = 144,
     .heads = 2,
     .stages = {2, 6, 36, 4},
     .classes = kKineticsClasses},
    {.name = "hiera_huge_16x224",
     .kind = kVideo,
     .width = 256,
     .heads = 4,
     .stages = {2, 6, 36, 4},
     .classes = kKineticsClasses},

    {.name = "hiera_small_abswin_256",
     .kind = kAbsoluteWindow,
     .image_px = 256,
     .stages = {1, 2, 11, 2},
     .position_grid = 16,
     .residual = HieraResidual::kConcatPools},
    {.name = "hiera_base_abswin_256",
     .kind = kAbsoluteWindow,
     .image_px = 256,
     .stages = {2, 3, 16, 3}},

    {.name = "hiera_test",
     .kind = Kind::kDigits,
     .image_px = 64,
     .width = 16,
     .stages = {1, 1, 1, 1},
     .classes = 10,
     .is_test = true},
    {.name = "hiera_nano_32",
     .kind = Kind::kDigits,
     .image_px = 32,
     .width = 32,
     .stages = {1, 1, 2, 1},
     .classes = 10},
};

Preprocessing preprocessing_of(const Variant& variant, std::int64_t image_px) {
  if (variant.kind == Kind::kVideo) return kinetics_preprocessing(image_px);
  if (variant.kind == Kind::kDigits) return digits_preprocessing(image_px);
  Preprocessing preprocessing;
  preprocessing.crop_px = image_px;
  if (variant.kind == Kind::kAbsoluteWindow) preprocessing.crop_pct = 0.95;
  return preprocessing;
}

ModelInfo info_of(const Variant& variant, std::int64_t image_px) {
  ModelInfo info;
  info.name = variant.name;
  info.family = "hiera";
  const auto& stages = variant.stages;
  info.summary = concat("Hiera of ", stages[0], "+", stages[1], "+", stages[2], "+", stages[3],
                        " blocks, width ", variant.width, " to ", 8 * variant.width,
                        variant.kind == Kind::kVideo ? ", for clips of 16 frames" : "",
                        variant.kind == Kind::kAbsoluteWindow
                            ? ", absolute-window position embedding and layer scale"
                            : "");
  info.paper = {"Hiera: A Hierarchical Vision Transformer without the Bells-and-Whistles",
                "2306.00989", 2023};
  info.official_repository = "facebookresearch/hiera";
  std::string_view licence = "CC-BY-NC-4.0";
  if (variant.kind == Kind::kAbsoluteWindow) {
    info.paper = {"Window Attention is Bugged: How not to Interpolate Position Embeddings",
                  "2311.05613", 2023};
    info.official_repository = "huggingface/pytorch-image-models";
    licence = "Apache-2.0";
  } else if (variant.kind == Kind::kDigits) {
    licence = "-";
  }
  info.licence = licence;
  info.input_shape = {3, image_px, image_px};
  if (variant.kind == Kind::kVideo) info.input_shape = {3, kFrames, image_px, image_px};
  info.preprocessing = preprocessing_of(variant, image_px);
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema;
  declare_classes(schema, variant.classes);
  declare_drop_path(schema);
  declare_head_dropout(schema, 0.0);
  declare_image_size(schema, variant.image_px, 8 * kPatchStride);
  return schema;
}

HieraConfig config_of(const Variant& variant, std::int64_t image_px) {
  HieraConfig config;
  config.input = {image_px, image_px};
  config.classes = variant.classes;
  config.width = variant.width;
  config.heads = variant.heads;
  config.stages.assign(variant.stages.begin(), variant.stages.end());
  config.residual = variant.residual;
  switch (variant.kind) {
    case Kind::kImage:
      break;
    case Kind::kVideo:
      config.input = {kFrames, image_px, image_px};
      config.pool_stride = {1, 2, 2};
      config.mask_unit = {1, 8, 8};
      config.patch_kernel = {3, 7, 7};
      config.patch_stride = {2, 4, 4};
      config.patch_padding = {1, 3, 3};
      config.positions = HieraPositions::kSeparate;
      break;
    case Kind::kAbsoluteWindow:
      config.positions = HieraPositions::kAbsoluteWindow;
      config.position_grid = {variant.position_grid, variant.position_grid};
      config.layer_scale_init = 1e-5;
      config.names = HieraNames::kTimm;
      break;
    case Kind::kDigits:
      // The official 0.001 is for fine-tuning; a network trained at once starts better without.
      config.head_init_scale = 1.0;
      config.init = InitScale::kFanIn;
      break;
  }
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const std::int64_t image_px = params.get<std::int64_t>("img_size");
  HieraConfig config = config_of(variant, image_px);
  config.classes = params.get<std::int64_t>("classes");
  config.drop_path = params.get<double>("drop_path");
  config.head_dropout = params.get<double>("dropout");
  require_buildable(variant.name, config);
  return make_hiera_model(info_of(variant, image_px), config);
}

const Variant& variant_of(std::string_view name) {
  const auto* variant = std::ranges::find(kVariants, name, &Variant::name);
  YS_CHECK(variant != std::end(kVariants), name);
  return *variant;
}

}  // namespace

HieraConfig hiera_classifier_config(std::string_view name, std::int64_t image_px) {
  return config_of(variant_of(name), image_px);
}

ModelInfo hiera_classifier_info(std::string_view name, std::int64_t image_px) {
  return info_of(variant_of(name), image_px);
}

std::int64_t hiera_classifier_px(std::string_view name) { return variant_of(name).image_px; }

void register_hiera(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.image_px); }, schema_of, make);
  register_masked_hiera(registrar);
  register_sam2(registrar);
  registrar.add(hiera_golden_family());
}

}  // namespace yardstick
