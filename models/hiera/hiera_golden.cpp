#include "models/hiera/hiera_golden.h"

#include "models/golden/classification.h"
#include "models/golden/pretraining.h"
#include "models/hiera/hiera_config.h"
#include "models/hiera/hiera_model.h"
#include "models/hiera/masked_hiera_model.h"
#include "models/hiera/sam2_model.h"
#include "models/layers/init_scope.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

constexpr char kOfficial[] = "hiera.hiera.Hiera";
constexpr char kTimm[] = "timm.models.hiera.Hiera";
constexpr char kMasked[] = "hiera.hiera_mae.MaskedAutoencoderHiera";
constexpr char kSam2[] = "sam2.modeling.backbones.hieradet.Hiera";

// What both constructors share, with the defaults that they agree on. `input_name` is what they
// call the input's size.
HieraConfig shared_arguments(const GoldenCase& golden, std::string_view input_name) {
  const Arguments& config = golden.config;
  HieraConfig hiera;
  if (config.is_list(input_name)) {
    hiera.input = config.integers(input_name);
  } else {
    hiera.input = sizes_argument(config, input_name, 2, hiera.input);
  }
  hiera.channels = config.integer("in_chans", hiera.channels);
  hiera.width = config.integer("embed_dim", hiera.width);
  hiera.heads = config.integer("num_heads", hiera.heads);
  hiera.classes = config.integer("num_classes", hiera.classes);
  hiera.stages = config.integers("stages", hiera.stages);
  hiera.pooled_stages = config.integer("q_pool", hiera.pooled_stages);
  hiera.pool_stride = config.integers("q_stride", hiera.pool_stride);
  hiera.mask_unit = config.integers("mask_unit_size", hiera.mask_unit);
  hiera.is_windowed = config.flags("mask_unit_attn", hiera.is_windowed);
  hiera.width_factor = config.number("dim_mul", hiera.width_factor);
  hiera.heads_factor = config.number("head_mul", hiera.heads_factor);
  hiera.patch_kernel = config.integers("patch_kernel", hiera.patch_kernel);
  hiera.patch_stride = config.integers("patch_stride", hiera.patch_stride);
  hiera.patch_padding = config.integers("patch_padding", hiera.patch_padding);
  hiera.mlp_ratio = config.number("mlp_ratio", hiera.mlp_ratio);
  hiera.drop_path = config.number("drop_path_rate", 0.0);
  config.number("head_init_scale", 0.0);  // weights are loaded
  if (config.flag("sep_pos_embed", false)) hiera.positions = HieraPositions::kSeparate;
  if (config.text("norm_layer", "LayerNorm") != "LayerNorm") {
    throw_data(concat("norm layer ", config.text("norm_layer"), " is not implemented"),
               "LayerNorm is");
  }
  require_no_random_drops(golden, hiera.drop_path);
  return hiera;
}

HieraConfig official_config(const GoldenCase& golden) {
  HieraConfig hiera = shared_arguments(golden, "input_size");
  hiera.head_dropout = golden.config.number("head_dropout", 0.0);
  require_no_random_drops(golden, hiera.head_dropout);
  return hiera;
}

HieraConfig timm_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  HieraConfig hiera = shared_arguments(golden, "img_size");
  hiera.names = HieraNames::kTimm;
  hiera.layer_scale_init = optional_number(config, "init_values");
  if (!config.flag("use_expand_proj", true)) hiera.residual = HieraResidual::kConcatPools;
  hiera.position_grid = config.integers("global_pos_size", hiera.position_grid);
  if (config.flag("abs_win_pos_embed", false) && hiera.positions == HieraPositions::kJoint) {
    hiera.positions = HieraPositions::kAbsoluteWindow;
  }
  const std::string pool = config.text("global_pool", "avg");
  if (pool == "max") {
    hiera.pool = TokenPool::kMax;
  } else if (pool == "avgmax") {
    hiera.pool = TokenPool::kMeanMax;
  } else if (pool != "avg") {
    throw_data(concat("global_pool ", pool, " is not implemented"), "avg, max and avgmax are");
  }
  hiera.head_dropout = config.number("drop_rate", 0.0);
  require_no_random_drops(golden, hiera.head_dropout);
  require_no_random_drops(golden, config.number("patch_drop_rate", 0.0));
  config.text("weight_init", "");  // weights are loaded
  config.flag("fix_init", true);
  return hiera;
}

MaskedHieraConfig masked_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  MaskedHieraConfig masked;
  masked.encoder = official_config(golden);
  masked.decoder_width = config.integer("decoder_embed_dim", masked.decoder_width);
  masked.decoder_depth = config.integer("decoder_depth", masked.decoder_depth);
  masked.decoder_heads = config.integer("decoder_num_heads", masked.decoder_heads);
  return masked;
}

Sam2Config sam2_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  Sam2Config sam2;
  sam2.width = config.integer("embed_dim", sam2.width);
  sam2.heads = config.integer("num_heads", sam2.heads);
  sam2.stages = config.integers("stages", sam2.stages);
  sam2.windows = config.integers("window_spec", sam2.windows);
  sam2.global_blocks = config.integers("global_att_blocks", sam2.global_blocks);
  const std::vector<std::int64_t> grid =
      sizes_argument(config, "window_pos_embed_bkg_spatial_size", 2,
                     {sam2.position_grid[0], sam2.position_grid[1]});
  sam2.position_grid = {grid[0], grid[1]};
  sam2.pooled_stages = config.integer("q_pool", sam2.pooled_stages);
  const std::vector<std::int64_t> stride =
      sizes_argument(config, "q_stride", 2, {sam2.pool_stride, sam2.pool_stride});
  if (stride[0] != stride[1]) {
    throw_data(concat("case ", golden.name, ": q_stride must be the same in both dimensions"));
  }
  sam2.pool_stride = stride[0];
  sam2.width_factor = config.number("dim_mul", sam2.width_factor);
  sam2.heads_factor = config.number("head_mul", sam2.heads_factor);
  sam2.drop_path = config.number("drop_path_rate", 0.0);
  if (!config.flag("return_interm_layers", true)) {
    throw_data(concat("case ", golden.name, ": a trunk returns the outputs of all stages"));
  }
  require_no_random_drops(golden, sam2.drop_path);
  return sam2;
}

// Throws Data where no network can be built from `config`.
template <typename Config>
Config checked(const GoldenCase& golden, Config config) {
  if (const auto problem = problem_of(config)) {
    throw_data(concat("case ", golden.name, ": ", *problem));
  }
  return config;
}

ModelInfo info_of(const GoldenCase& golden, std::int64_t channels,
                  const std::vector<std::int64_t>& input) {
  ModelInfo info;
  info.name = golden.name;
  info.family = "hiera";
  info.input_shape = input;
  info.input_shape.insert(info.input_shape.begin(), channels);
  return info;
}

std::unique_ptr<Model> build_masked(const GoldenCase& golden) {
  require_pretraining_entry(golden);
  const MaskedHieraConfig config = checked(golden, masked_config(golden));
  return make_masked_hiera_model(info_of(golden, config.encoder.channels, config.encoder.input),
                                 config);
}

std::unique_ptr<Model> build_sam2(const GoldenCase& golden) {
  if (golden.entry != "features" || !golden.method.empty()) {
    throw_data(concat("case ", golden.name, ": family hiera does not compute entry ", golden.entry,
                      " with method \"", golden.method, "\" of ", kSam2),
               "it computes features without a method");
  }
  const Sam2Config config = checked(golden, sam2_config(golden));
  return make_sam2_model(info_of(golden, config.channels, {}), config);
}

std::unique_ptr<Model> build_classifier(const GoldenCase& golden) {
  require_classification_entry(golden);
  const HieraConfig config = checked(
      golden, golden.constructor == kOfficial ? official_config(golden) : timm_config(golden));
  auto model = make_hiera_model(info_of(golden, config.channels, config.input), config);
  if (golden.method == "linear_probe") {
    model->capability<ReplaceableHead>()->use_linear_probe_head();
  } else if (golden.method == "finetune_loss") {
    require_known_loss(golden);
  } else if (!golden.method.empty()) {
    throw_data(
        concat("case ", golden.name, ": family hiera does not implement method ", golden.method),
        "it implements linear_probe and finetune_loss");
  }
  return model;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  if (golden.constructor == kMasked) return build_masked(golden);
  if (golden.constructor == kSam2) return build_sam2(golden);
  if (golden.constructor == kOfficial || golden.constructor == kTimm) {
    return build_classifier(golden);
  }
  throw_data(concat("case ", golden.name, ": family hiera does not build \"", golden.constructor,
                    "\" for entry ", golden.entry),
             concat("it builds ", kOfficial, ", ", kTimm, ", ", kMasked, " and ", kSam2));
}

TensorMap compute(Model& model, const GoldenCase& golden) {
  return golden.constructor == kMasked ? compute_pretraining(model, golden)
                                       : compute_classification(model, golden);
}

}  // namespace

GoldenFamily hiera_golden_family() {
  GoldenFamily family;
  family.name = "hiera";
  family.build = build;
  family.compute = compute;
  return family;
}

}  // namespace yardstick
