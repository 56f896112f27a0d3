#include "models/rev_vit/rev_vit_variants.h"

#include "models/common_params.h"
#include "models/common_preprocessing.h"
#include "models/rev_vit/rev_vit_config.h"
#include "models/rev_vit/rev_vit_golden.h"
#include "models/rev_vit/rev_vit_model.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

// Where a variant's sizes come from.
enum class Origin { kOfficial, kPaper, kOurs };

struct Variant {
  std::string_view name;
  Origin origin = Origin::kOfficial;
  std::int64_t image_px = 224;
  std::int64_t patch_px = 16;
  std::int64_t width = 0;
  std::int64_t depth = 12;
  std::int64_t heads = 0;
  std::int64_t classes = 1000;
  bool is_test = false;
};

constexpr auto kOurs = Origin::kOurs;

constexpr Variant kVariants[] = {
    {.name = "rev_vit_small_patch16_224", .width = 384, .heads = 6},
    {.name = "rev_vit_base_patch16_224", .width = 768, .heads = 12},
    // In the paper's tables alone: no official configuration or weights.
    {.name = "rev_vit_large_patch16_224",
     .origin = Origin::kPaper,
     .width = 1024,
     .depth = 24,
     .heads = 16},

    {.name = "rev_vit_test",
     .origin = kOurs,
     .image_px = 32,
     .patch_px = 8,
     .width = 32,
     .depth = 3,
     .heads = 2,
     .classes = 10,
     .is_test = true},
    {.name = "rev_vit_nano_patch4_28",
     .origin = kOurs,
     .image_px = 28,
     .patch_px = 4,
     .width = 64,
     .depth = 4,
     .heads = 4,
     .classes = 10},
};

Preprocessing preprocessing_of(const Variant& variant, std::int64_t image_px) {
  if (variant.origin == kOurs) return digits_preprocessing(image_px);
  Preprocessing preprocessing;
  preprocessing.crop_px = image_px;
  return preprocessing;
}

ModelInfo info_of(const Variant& variant, std::int64_t depth, std::int64_t image_px) {
  ModelInfo info;
  info.name = variant.name;
  info.family = "rev_vit";
  info.summary =
      concat("Reversible ViT of ", depth, " blocks, two streams of width ", variant.width, ", ",
             variant.heads, " heads, patches of ", variant.patch_px, " px, mean of the tokens");
  info.paper = {"Reversible Vision Transformers", "2302.04869", 2023};
  info.official_repository = "facebookresearch/SlowFast";
  info.licence = variant.origin == Origin::kOfficial ? "Apache-2.0" : "-";
  info.input_shape = {3, image_px, image_px};
  info.preprocessing = preprocessing_of(variant, image_px);
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema;
  declare_classes(schema, variant.classes);
  declare_drop_path(schema);
  declare_head_dropout(schema, 0.0);
  declare_image_size(schema, variant.image_px, variant.patch_px);
  declare_depth(schema, variant.depth);
  declare_recompute(schema);
  schema.text("fuse", "concat",
              "how the two streams become one: concat, add, avg, max, min, or "
              "[ln+]concat_linear[_RATIO], an MLP of RATIO times both widths");
  schema.flag("mean_pooling", false, "mean of the tokens before the last norm, not behind it");
  schema.flag("separate_qkv", true, "a linear layer each for queries, keys and values");
  schema.flag("norm_stem", false, "a norm in front of the first block");
  return schema;
}

RevVitConfig config_of(const Variant& variant, const Params& params) {
  const std::int64_t image_px = params.get<std::int64_t>("img_size");
  RevVitConfig config{
      .input = {image_px, image_px},
      .kernel = {variant.patch_px, variant.patch_px},
      .stride = {variant.patch_px, variant.patch_px},
      .classes = params.get<std::int64_t>("classes"),
      .width = variant.width,
      .depth = params.get<std::int64_t>("depth"),
      .heads = variant.heads,
      .drop_path = params.get<double>("drop_path"),
      .head_dropout = params.get<double>("dropout"),
      .init = variant.origin == kOurs ? InitScale::kFanIn : InitScale::kReference,
      .has_separate_qkv = params.get<bool>("separate_qkv"),
      .has_stem_norm = params.get<bool>("norm_stem"),
      .pools_before_norm = params.get<bool>("mean_pooling"),
      .backward = params.get<bool>("recompute") ? layers::ReversibleBackward::kRecompute
                                                : layers::ReversibleBackward::kAutograd,
  };
  const std::string fusion = params.get<std::string>("fuse");
  const auto mode = layers::parse_stream_fusion(fusion);
  if (!mode) {
    throw_user(concat(variant.name, ": no fusion is named ", fusion),
               "fusions are concat, add, avg, max, min and [ln+]concat_linear[_RATIO]");
  }
  config.fusion = *mode;
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const RevVitConfig config = config_of(variant, params);
  require_buildable(variant.name, config);
  return make_rev_vit(info_of(variant, config.depth, config.input[0]), config);
}

}  // namespace

void register_rev_vit(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.depth, variant.image_px); },
      schema_of, make);
  registrar.add(rev_vit_golden_family());
}

}  // namespace yardstick
