#include "models/mae_st/mae_st_variants.h"

#include "models/common_params.h"
#include "models/common_preprocessing.h"
#include "models/mae_st/mae_st_golden.h"
#include "models/mae_st/mae_st_model.h"
#include "models/mae_st/video_config.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

enum class Kind { kClassifier, kPretraining };

struct Variant {
  std::string_view name;
  Kind kind = Kind::kClassifier;
  std::int64_t frames = 16;
  std::int64_t image_px = 224;
  std::int64_t patch_px = 16;
  std::int64_t width = 0;
  std::int64_t depth = 0;
  std::int64_t heads = 0;
  std::int64_t decoder_width = 512;
  std::int64_t decoder_depth = 4;
  std::int64_t decoder_heads = 16;
  std::int64_t classes = 400;  // of Kinetics-400
  bool is_test = false;
};

constexpr auto kPretraining = Kind::kPretraining;
constexpr std::int64_t kPatchFrames = 2;

constexpr Variant kVariants[] = {
    {.name = "mae_st_vit_base_patch16", .width = 768, .depth = 12, .heads = 12},
    {.name = "mae_st_vit_large_patch16", .width = 1024, .depth = 24, .heads = 16},
    // The official function says 14 and builds 16.
    {.name = "mae_st_vit_huge_patch14", .width = 1280, .depth = 32, .heads = 16},

    {.name = "mae_st_mae_vit_base_patch16",
     .kind = kPretraining,
     .width = 768,
     .depth = 12,
     .heads = 12},
    {.name = "mae_st_mae_vit_large_patch16",
     .kind = kPretraining,
     .width = 1024,
     .depth = 24,
     .heads = 16},
    {.name = "mae_st_mae_vit_huge_patch14",
     .kind = kPretraining,
     .patch_px = 14,
     .width = 1280,
     .depth = 32,
     .heads = 16},
    // Not among the official functions, but what the published huge weights were made with.
    {.name = "mae_st_mae_vit_huge_patch16",
     .kind = kPretraining,
     .width = 1280,
     .depth = 32,
     .heads = 16},

    {.name = "mae_st_vit_test",
     .frames = 4,
     .image_px = 32,
     .patch_px = 8,
     .width = 32,
     .depth = 2,
     .heads = 2,
     .classes = 10,
     .is_test = true},
    {.name = "mae_st_test",
     .kind = kPretraining,
     .frames = 4,
     .image_px = 32,
     .patch_px = 8,
     .width = 32,
     .depth = 2,
     .heads = 2,
     .decoder_width = 24,
     .decoder_depth = 1,
     .decoder_heads = 2,
     .is_test = true},
};

ModelInfo info_of(const Variant& variant, std::int64_t frames, std::int64_t image_px) {
  ModelInfo info;
  info.name = variant.name;
  info.family = "mae_st";
  info.summary = concat(
      variant.kind == kPretraining ? "Space-time masked auto-encoder" : "Video ViT", " of ",
      variant.depth, " blocks, width ", variant.width, ", ", variant.heads, " heads, patches of ",
      kPatchFrames, " frames x ", variant.patch_px, " px",
      variant.kind == kPretraining
          ? concat(", decoder of ", variant.decoder_depth, " blocks, width ", variant.decoder_width)
          : std::string(", mean of the patch tokens"));
  info.paper = {"Masked Autoencoders As Spatiotemporal Learners", "2205.09113", 2022};
  info.official_repository = "facebookresearch/mae_st";
  info.licence = variant.is_test ? "-" : "CC-BY-NC-4.0";
  info.input_shape = {3, frames, image_px, image_px};
  info.preprocessing = kinetics_preprocessing(image_px);
  info.preprocessing.crop_pct = 1.0;
  info.is_test_variant = variant.is_test;
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema;
  if (variant.kind == Kind::kClassifier) {
    declare_classes(schema, variant.classes);
    declare_drop_path(schema);
    declare_head_dropout(schema, 0.3);
    declare_head_init_scale(schema);
  }
  schema.integer("frames", variant.frames, concat("frames of a clip, a multiple of ", kPatchFrames),
                 1);
  schema.integer("img_size", variant.image_px,
                 concat("side of the square frames in pixels, a multiple of ", variant.patch_px),
                 1);
  if (variant.kind == kPretraining) {
    schema.integer("pred_frames", variant.frames / 2,
                   "frames to predict, spread over the clip (pred_t_dim)", 1);
    declare_masking(schema, VideoMaeConfig{}.mask_ratio);
    schema.integer("decoder_depth", variant.decoder_depth, "blocks of the decoder", 1);
  }
  return schema;
}

VideoEncoderConfig encoder_of(const Variant& variant, const Params& params) {
  VideoEncoderConfig video{
      .frames = params.get<std::int64_t>("frames"),
      .image_px = params.get<std::int64_t>("img_size"),
      .patch_frames = kPatchFrames,
      .patch_px = variant.patch_px,
      .width = variant.width,
      .depth = variant.depth,
      .heads = variant.heads,
      .init = variant.is_test ? InitScale::kFanIn : InitScale::kReference,
  };
  if (params.has("drop_path")) video.drop_path = params.get<double>("drop_path");
  return video;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const VideoEncoderConfig encoder = encoder_of(variant, params);
  ModelInfo info = info_of(variant, encoder.frames, encoder.image_px);
  if (variant.kind == Kind::kClassifier) {
    const VideoVitConfig config{.encoder = encoder,
                                .classes = params.get<std::int64_t>("classes"),
                                .head_dropout = params.get<double>("dropout"),
                                .head_init_scale = params.get<double>("head_init_scale")};
    require_buildable(variant.name, config);
    return make_video_vit(std::move(info), config);
  }
  const VideoMaeConfig config{.encoder = encoder,
                              .decoder_width = variant.decoder_width,
                              .decoder_depth = params.get<std::int64_t>("decoder_depth"),
                              .decoder_heads = variant.decoder_heads,
                              .predicted_frames = params.get<std::int64_t>("pred_frames"),
                              .normalises_targets = params.get<bool>("norm_pix_loss"),
                              .mask_ratio = params.get<double>("mask_ratio")};
  require_buildable(variant.name, config);
  return make_video_mae(std::move(info), config);
}

}  // namespace

void register_mae_st(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.frames, variant.image_px); },
      schema_of, make);
  registrar.add(mae_st_golden_family());
}

}  // namespace yardstick
