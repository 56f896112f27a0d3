#include "models/hiera/hiera_golden.h"

#include "models/golden/classification.h"
#include "models/hiera/hiera_config.h"
#include "models/hiera/hiera_model.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

constexpr char kOfficial[] = "hiera.hiera.Hiera";
constexpr char kTimm[] = "timm.models.hiera.Hiera";

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

HieraConfig config_of(const GoldenCase& golden) {
  if (golden.constructor != kOfficial && golden.constructor != kTimm) {
    throw_data(concat("case ", golden.name, ": family hiera does not build \"", golden.constructor,
                      "\" for entry ", golden.entry),
               concat("it classifies with ", kOfficial, " and ", kTimm,
                      "; masked pre-training and SAM 2's trunk are not part of it"));
  }
  HieraConfig config =
      golden.constructor == kOfficial ? official_config(golden) : timm_config(golden);
  if (const auto problem = problem_of(config)) {
    throw_data(concat("case ", golden.name, ": ", *problem));
  }
  return config;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  HieraConfig config = config_of(golden);
  require_classification_entry(golden);
  ModelInfo info;
  info.name = golden.name;
  info.family = "hiera";
  info.input_shape = config.input;
  info.input_shape.insert(info.input_shape.begin(), config.channels);
  auto model = make_hiera_model(std::move(info), config, Start::kUnset);
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

}  // namespace

GoldenFamily hiera_golden_family() {
  GoldenFamily family;
  family.name = "hiera";
  family.build = build;
  family.compute = compute_classification;
  return family;
}

}  // namespace yardstick
