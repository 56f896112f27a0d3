#include "models/rev_mvit/rev_mvit_variants.h"

#include "models/common_params.h"
#include "models/mvit/variant_row.h"
#include "models/rev_mvit/rev_mvit_config.h"
#include "models/rev_mvit/rev_mvit_golden.h"
#include "models/rev_mvit/rev_mvit_model.h"
#include "models/variant_table.h"

#include <yardstick/error.h>

namespace yardstick {
namespace {

using Variant = MvitVariantRow;

constexpr Variant kVariants[] = {
    {.name = "rev_mvit_base", .official = "ImageNet/REV_MVIT_B_16_CONV", .stages = {1, 2, 11, 2}},
    // Without the class token that the configuration asks for and the official class refuses.
    {.name = "rev_mvit_base_16x4",
     .official = "Kinetics/REV_MVIT_B_16x4_CONV",
     .frames = 16,
     .stages = {1, 2, 11, 2},
     .classes = 400},

    {.name = "rev_mvit_test",
     .image_px = 32,
     .width = 16,
     .stages = {1, 2, 2},
     .classes = 10,
     .is_test = true},
    {.name = "rev_mvit_4x2_test",
     .frames = 4,
     .image_px = 32,
     .width = 16,
     .stages = {1, 2, 2},
     .classes = 10,
     .is_test = true},
    {.name = "rev_mvit_nano_32", .image_px = 32, .width = 32, .stages = {1, 2, 3}, .classes = 10},
};

ModelInfo info_of(const Variant& variant, std::int64_t frames, std::int64_t image_px) {
  ModelInfo info = info_of_row(variant, frames, image_px);
  info.family = "rev_mvit";
  info.summary = concat("Reversible MViT of ", blocks_text(variant), ", two streams of ",
                        widths_text(variant), origin_text(variant, frames));
  info.paper = {"Reversible Vision Transformers", "2302.04869", 2023};
  info.official_repository = "facebookresearch/SlowFast";
  return info;
}

ParamSchema schema_of(const Variant& variant) {
  ParamSchema schema = schema_of_row(variant);
  declare_recompute(schema);
  return schema;
}

// The first block of all stages but the first is a transition. Images: each block pools keys and
// values of separate projections. Clips: packed ones without a bias, and streams that a transition
// takes the mean of.
RevMvitConfig config_of(const Variant& variant, const Params& params) {
  RevMvitConfig config;
  MvitConfig& mvit = config.mvit;
  mvit = config_of_row(variant, params);
  use_first_version(mvit);
  for (const MvitStride& item : mvit.q_strides) config.transitions.push_back(item.block);
  mvit.has_separate_qkv = !variant.is_video();
  mvit.has_qkv_bias = !variant.is_video();
  if (!variant.is_video()) {
    config.transition_fusion = {.kind = layers::StreamFusionKind::kMlp, .hidden_ratio = 2.0};
  }
  if (!params.get<bool>("recompute")) config.backward = layers::ReversibleBackward::kAutograd;
  return config;
}

std::unique_ptr<Model> make(const Variant& variant, const Params& params) {
  const RevMvitConfig config = config_of(variant, params);
  require_buildable(variant.name, config);
  return make_rev_mvit(info_of(variant, config.mvit.frames, config.mvit.image_px), config);
}

}  // namespace

void register_rev_mvit(Registrar& registrar) {
  register_variants(
      registrar, kVariants,
      [](const Variant& variant) { return info_of(variant, variant.frames, variant.image_px); },
      schema_of, make);
  registrar.add(rev_mvit_golden_family());
}

}  // namespace yardstick
