#include "models/vit/vit_variants.h"

#include "models/common_params.h"
#include "models/common_preprocessing.h"
#include "models/variant_table.h"
#include "models/vit/vit_config.h"
#include "models/vit/vit_golden.h"
#include "models/vit/vit_model.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

// Whose model a variant is, and so how its reference weights are licensed and fed.
enum class Origin { kTimm, kMae, kDeit, kSwag, kOurs };

struct Variant {
  std::string_view name;
  Origin origin = Origin::kTimm;
  std::int64_t image_px = 224;
  std::int64_t patch_px = 16;
  std::int64_t width = 0;
  std::int64_t depth = 12;
  std::int64_t heads = 0;
  std::int64_t classes = 1000;
  TokenPool pool = TokenPool::kFirst;
  bool has_probe_head = false;
  bool is_distilled = false;
  bool is_test = false;
};

constexpr auto kMae = Origin::kMae;
constexpr auto kDeit = Origin::kDeit;
constexpr auto kSwag = Origin::kSwag;
constexpr auto kOurs = Origin::kOurs;
constexpr auto kMean = TokenPool::kMean;

constexpr Variant kVariants[] = {
    {.name = "vit_tiny_patch16_224", .width = 192, .heads = 3},
    {.name = "vit_tiny_patch16_384", .image_px = 384, .width = 192, .heads = 3},
    {.name = "vit_small_patch32_224", .patch_px = 32, .width = 384, .heads = 6},
    {.name = "vit_small_patch16_224", .width = 384, .heads = 6},
    {.name = "vit_small_patch16_384", .image_px = 384, .width = 384, .heads = 6},
    {.name = "vit_small_patch8_224", .patch_px = 8, .width = 384, .heads = 6},
    {.name = "vit_base_patch32_224", .patch_px = 32, .width = 768, .heads = 12},
    {.name = "vit_base_patch16_224", .width = 768, .heads = 12},
    {.name = "vit_base_patch16_384", .image_px = 384, .width = 768, .heads = 12},
    {.name = "vit_base_patch8_224", .patch_px = 8, .width = 768, .heads = 12},
    {.name = "vit_large_patch16_224", .width = 1024, .depth = 24, .heads = 16},
    {.name = "vit_large_patch16_384", .image_px = 384, .width = 1024, .depth = 24, .heads = 16},
    // timm's weights for it come without a classifier, so that is the default.
    {.name = "vit_huge_patch14_224",
     .patch_px = 14,
     .width = 1280,
     .depth = 32,
     .heads = 16,
     .classes = 0},

    {.name = "vit_base_patch16", .origin = kMae, .width = 768, .heads = 12, .pool = kMean},
    {.name = "vit_base_patch16_cls_token", .origin = kMae, .width = 768, .heads = 12},
    {.name = "vit_base_patch16_linprobe",
     .origin = kMae,
     .width = 768,
     .heads = 12,
     .has_probe_head = true},
    {.name = "vit_large_patch16",
     .origin = kMae,
     .width = 1024,
     .depth = 24,
     .heads = 16,
     .pool = kMean},
    {.name = "vit_large_patch16_cls_token",
     .origin = kMae,
     .width = 1024,
     .depth = 24,
     .heads = 16},
    {.name = "vit_large_patch16_linprobe",
     .origin = kMae,
     .width = 1024,
     .depth = 24,
     .heads = 16,
     .has_probe_head = true},
    {.name = "vit_huge_patch14",
     .origin = kMae,
     .patch_px = 14,
     .width = 1280,
     .depth = 32,
     .heads = 16,
     .pool = kMean},
    {.name = "vit_huge_patch14_cls_token",
     .origin = kMae,
     .patch_px = 14,
     .width = 1280,
     .depth = 32,
     .heads = 16},
    {.name = "vit_huge_patch14_linprobe",
     .origin = kMae,
     .patch_px = 14,
     .width = 1280,
     .depth = 32,
     .heads = 16,
     .has_probe_head = true},

    {.name = "deit_tiny_patch16_224", .origin = kDeit, .width = 192, .heads = 3},
    {.name = "deit_small_patch16_224", .origin = kDeit, .width = 384, .heads = 6},
    {.name = "deit_base_patch16_224", .origin = kDeit, .width = 768, .heads = 12},
    {.name = "deit_base_patch16_384", .origin = kDeit, .image_px = 384, .width = 768, .heads = 12},
    {.name = "deit_tiny_distilled_patch16_224",
     .origin = kDeit,
     .width = 192,
     .heads = 3,
     .is_distilled = true},
    {.name = "deit_small_distilled_patch16_224",
     .origin = kDeit,
     .width = 384,
     .heads = 6,
     .is_distilled = true},
    {.name = "deit_base_distilled_patch16_224",
     .origin = kDeit,
     .width = 768,
     .heads = 12,
     .is_distilled = true},
    {.name = "deit_base_distilled_patch16_384",
     .origin = kDeit,
     .image_px = 384,
     .width = 768,
     .heads = 12,
     .is_distilled = true},

    {.name = "swag_vit_b16_384", .origin = kSwag, .image_px = 384, .width = 768, .heads = 12},
    {.name = "swag_vit_l16_512",
     .origin = kSwag,
     .image_px = 512,
     .width = 1024,
     .depth = 24,
     .heads = 16},
    {.name = "swag_vit_h14_518",
     .origin = kSwag,
     .image_px = 518,
     .patch_px = 14,
     .width = 1280,
     .depth = 32,
     .heads = 16},

    {.name = "vit_test",
     .origin = kOurs,
     .image_px = 32,
     .patch_px = 8,
     .width = 32,
     .depth = 2,
     .heads = 2,
     .classes = 10,
     .is_test = true},
    {.name = "deit_distilled_test",
     .origin = kOurs,
     .image_px = 32,
     .patch_px = 8,
     .width = 32,
     .depth = 2,
     .heads = 2,
     .classes = 10,
     .is_distilled = true,
     .is_test = true},
    {.name = "vit_nano_patch4_28",
     .origin = kOurs,
     .image_px = 28,
     .patch_px = 4,
     .width = 64,
     .depth = 4,
     .heads = 4,
     .classes = 10,
     .pool = kMean},
};

std::string_view pool_name(TokenPool pool) { return pool == TokenPool::kMean ? "avg" : "token"; }

Preprocessing preprocessing_of(const Variant& variant, std::int64_t image_px) {
  if (variant.origin == Origin::kOurs) return digits_preprocessing(image_px);
  Preprocessing preprocessing;
  preprocessing.crop_px = image_px;
  if (variant.origin == Origin::kTimm) {  // the augreg weights
    preprocessing.crop_pct = image_px >= 384 ? 1.0 : 0.9;
    preprocessing.mean = preprocessing.std = {0.5, 0.5, 0.5};
  } else if (variant.origin == Origin::kSwag) {
    preprocessing.crop_pct = 1.0;
  }
  return preprocessing;
}

ModelInfo info_of(const Variant& variant, std::int64_t depth, std::int64_t image_px) {
  ModelInfo info;
  info.name = variant.name;
  info.family = "vit";
  info.summary = concat("ViT of ", depth, " blocks, width ", variant.width, ", ", variant.heads,
                        " heads, patches of ", variant.patch_px, " px, ",
                        variant.has_probe_head             ? "linear-probe head on the class token"
                        : variant.is_distilled             ? "class and distillation token"
                        : variant.pool == TokenPool::kMean ? "mean of the patch tokens"
                                                           : "class token");
  if (variant.origin == Origin::kMae) {
    info.paper = {"Masked Autoencoders Are Scalable Vision Learners", "2111.06377", 2021};
    info.official_repository = "facebookresearch/mae";
    info.licence = "CC-BY-NC-4.0";
  } else if (variant.origin == Origin::kSwag) {
    info.paper = {"Revisiting Weakly Supervised Pre-Training of Visual Perception Models",
                  "2201.08371", 2022};
    info.official_repository = "facebookresearch/SWAG";
    info.licence = "CC-BY-NC-4.0";
  } else if (variant.origin == Origin::kDeit || variant.is_distilled) {
    info.paper = {"Training data-efficient image transformers & distillation through attention",
                  "2012.12877", 2021};
    info.official_repository = "facebookresearch/deit";
    info.licence = variant.origin == Origin::kDeit ? "Apache-2.0" : "-";
  } else {
    info.paper = {"An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
                  "2010.11929", 2020};
    info.official_repository = "huggingface/pytorch-image-models";
    info.licence = variant.origin == Origin::kTimm ? "Apache-2.0" : "-";
  }
  info.input_shape = {3, image_px, image_px};
  info.preprocessing = preprocessing_of(variant, image_px);
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema;
  if (variant.has_probe_head) {
    declare_classes(schema, variant.classes);
  } else {
    schema.integer("classes", variant.classes,
                   "number of classes; 0: no head, the features are the output", 0);
    declare_head_init_scale(schema);
  }
  declare_drop_path(schema);
  declare_image_size(schema, variant.image_px, variant.patch_px);
  declare_depth(schema, variant.depth);
  if (!variant.is_distilled) {
    schema.text("global_pool", std::string(pool_name(variant.pool)),
                "what the head sees: the class token, or the mean of the patch tokens",
                {"token", "avg"});
  }
  return schema;
}

VitConfig config_of(const Variant& variant, const Params& params) {
  const std::int64_t image_px = params.get<std::int64_t>("img_size");
  VitConfig config{
      .image = {image_px, image_px},
      .patch = {variant.patch_px, variant.patch_px},
      .classes = params.get<std::int64_t>("classes"),
      .width = variant.width,
      .depth = params.get<std::int64_t>("depth"),
      .heads = variant.heads,
      .drop_path = params.get<double>("drop_path"),
      .head_init_scale = variant.has_probe_head ? 1.0 : params.get<double>("head_init_scale"),
      .init = variant.origin == Origin::kOurs ? InitScale::kFanIn : InitScale::kReference,
  };
  config.has_distillation_token = variant.is_distilled;
  if (variant.origin == Origin::kMae) config.merged_tokens = MergedTokens::kCountInMean;
  if (!variant.is_distilled && params.get<std::string>("global_pool") == "avg") {
    config.pool = TokenPool::kMean;
    config.final_norm = VitNorm::kAfterPool;
  }
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const VitConfig config = config_of(variant, params);
  require_buildable(variant.name, config);
  auto model = make_vit_model(info_of(variant, config.depth, config.image[0]), config);
  if (variant.has_probe_head) model->capability<ReplaceableHead>()->use_linear_probe_head();
  return model;
}

}  // namespace

void register_vit(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.depth, variant.image_px); },
      schema_of, make);
  registrar.add(vit_golden_family());
}

}  // namespace yardstick
