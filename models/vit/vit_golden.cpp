#include "models/vit/vit_golden.h"

#include "models/golden/case_input.h"
#include "models/golden/classification.h"
#include "models/golden/norm_argument.h"
#include "models/layers/init_scope.h"
#include "models/vit/vit_config.h"
#include "models/vit/vit_model.h"

#include <yardstick/error.h>

#include <array>
#include <string>
#include <string_view>

namespace yardstick {
namespace {

constexpr double kTorchNormEps = 1e-5;
constexpr double kMaeModelsNormEps = 1e-6;

constexpr std::string_view kTimm = "timm.models.vision_transformer.VisionTransformer";
constexpr std::string_view kDeit = "timm.models.deit.VisionTransformerDistilled";
constexpr std::string_view kMae = "models_vit.VisionTransformer";
constexpr std::string_view kSwag = "models.vision_transformer.VisionTransformer";

std::array<std::int64_t, 2> pair_argument(const Arguments& arguments, std::string_view name,
                                          std::int64_t fallback) {
  const auto sizes = sizes_argument(arguments, name, 2, {fallback, fallback});
  return {sizes[0], sizes[1]};
}

// Dropout other than drop path and the head's is not implemented, and changes nothing in eval mode.
void require_no_dropout(const GoldenCase& golden, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    require_no_random_drops(golden, golden.config.number(name, 0.0));
  }
}

// What these constructors share. timm's defaults; MAE was written for timm 0.3.2, which has its
// own.
VitConfig shared_arguments(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  VitConfig vit;
  vit.image = pair_argument(config, "img_size", 224);
  vit.patch = pair_argument(config, "patch_size", 16);
  vit.channels = config.integer("in_chans", 3);
  vit.classes = config.integer("num_classes", 1000);
  vit.width = config.integer("embed_dim", 768);
  vit.depth = config.integer("depth", 12);
  vit.heads = config.integer("num_heads", 12);
  vit.mlp_ratio = config.number("mlp_ratio", 4.0);
  vit.drop_path = config.number("drop_path_rate", 0.0);
  require_no_random_drops(golden, vit.drop_path);
  require_no_dropout(golden, {"drop_rate", "attn_drop_rate"});
  return vit;
}

// A constructor's name may be followed by a remark in brackets, as "NAME (facebookresearch/mae;
// norm_layer=LayerNorm eps 1e-6)".
bool is_constructor(const GoldenCase& golden, std::string_view name) {
  return golden.constructor == name || golden.constructor.starts_with(concat(name, " ("));
}

bool has_remark(const GoldenCase& golden, std::string_view remark) {
  const std::size_t bracket = golden.constructor.find(" (");
  return bracket != std::string::npos &&
         golden.constructor.find(remark, bracket) != std::string::npos;
}

VitConfig mae_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  VitConfig vit = shared_arguments(golden);
  vit.has_qkv_bias = config.flag("qkv_bias", false);
  // The norm that MAE's registered models are bound to, by the remark.
  const bool has_models_norm = has_remark(golden, "norm_layer=LayerNorm eps 1e-6");
  vit.norm_eps = norm_eps_argument(config, has_models_norm ? kMaeModelsNormEps : kTorchNormEps);
  vit.merged_tokens = MergedTokens::kCountInMean;
  if (config.flag("global_pool", false)) {
    vit.pool = TokenPool::kMean;
    vit.final_norm = VitNorm::kAfterPool;
  }
  return vit;
}

void read_timm_pooling(const Arguments& config, VitConfig& vit) {
  const std::string pool = config.text("global_pool", "token");
  if (pool == "avg") {
    vit.pool = TokenPool::kMean;
  } else if (pool == "max") {
    vit.pool = TokenPool::kMax;
  } else if (pool == "avgmax") {
    vit.pool = TokenPool::kMeanMax;
  } else if (pool != "token") {
    throw_data(concat("global_pool ", pool, " is not implemented"),
               "token, avg, max and avgmax are");
  }
  vit.pools_prefix_tokens = config.flag("pool_include_prefix", false);
  const bool has_final_norm = config.flag("final_norm", true);
  const bool is_after_pool =
      config.has("fc_norm") ? config.flag("fc_norm") : vit.pool != TokenPool::kFirst;
  vit.final_norm = !has_final_norm ? VitNorm::kNone
                   : is_after_pool ? VitNorm::kAfterPool
                                   : VitNorm::kBeforePool;
}

VitConfig timm_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  VitConfig vit = shared_arguments(golden);
  vit.has_qkv_bias = config.flag("qkv_bias", true);
  vit.has_proj_bias = config.flag("proj_bias", true);
  vit.has_qk_norm = config.flag("qk_norm", false);
  // timm takes 0 for no layer scale.
  vit.layer_scale_init = optional_number(config, "init_values");
  if (vit.layer_scale_init == 0.0) vit.layer_scale_init.reset();
  vit.has_class_token = config.flag("class_token", true);
  vit.register_tokens = config.integer("reg_tokens", 0);
  vit.embeds_prefix_positions = !config.flag("no_embed_class", false);
  vit.has_norm_before_blocks = config.flag("pre_norm", false);
  vit.norm_eps = norm_eps_argument(config, vit.norm_eps);
  const std::string positions = config.text("pos_embed", "learn");
  if (positions != "learn" && positions != "none" && !positions.empty()) {
    throw_data(concat("pos_embed ", positions, " is not implemented"), "learn and none are");
  }
  vit.has_pos_embed = positions == "learn";
  read_timm_pooling(config, vit);
  require_no_dropout(golden, {"pos_drop_rate", "patch_drop_rate", "proj_drop_rate"});
  config.text("weight_init", "");  // weights are loaded
  config.flag("fix_init", false);
  return vit;
}

// Its two prefix tokens take the place of the class and register tokens that it inherits.
VitConfig deit_config(const GoldenCase& golden) {
  VitConfig vit = timm_config(golden);
  vit.has_distillation_token = true;
  vit.has_pos_embed = true;  // it makes its own, whatever pos_embed says
  return vit;
}

// models/vision_transformer.py of facebookresearch/SWAG.
VitConfig swag_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  if (config.has("conv_stem_layers")) throw_data("conv_stem_layers is not implemented");
  VitConfig vit;
  vit.image = pair_argument(config, "image_size", 224);
  vit.patch = pair_argument(config, "patch_size", 16);
  vit.depth = config.integer("num_layers");
  vit.heads = config.integer("num_heads");
  vit.width = config.integer("hidden_dim");
  vit.classes = config.integer("num_classes", 0);
  // Half a unit more, so that the hidden width, cut off to whole units, is the one given.
  vit.mlp_ratio =
      (static_cast<double>(config.integer("mlp_dim")) + 0.5) / static_cast<double>(vit.width);
  if (config.integer("head_in_plane", vit.width) != vit.width) {
    throw_data("head_in_plane other than hidden_dim is not implemented");
  }
  const std::string classifier = config.text("classifier", "token");
  if (classifier == "gap") {
    vit.has_class_token = false;
    vit.pool = TokenPool::kMean;  // behind the norm, as the class token
  } else if (classifier != "token") {
    throw_data(concat("classifier ", classifier, " is not implemented"), "token and gap are");
  }
  require_no_dropout(golden, {"dropout_rate", "attention_dropout_rate"});
  return vit;
}

VitConfig config_of(const GoldenCase& golden) {
  VitConfig config;
  if (is_constructor(golden, kMae)) {
    config = mae_config(golden);
  } else if (is_constructor(golden, kTimm)) {
    config = timm_config(golden);
  } else if (is_constructor(golden, kDeit)) {
    config = deit_config(golden);
  } else if (is_constructor(golden, kSwag)) {
    config = swag_config(golden);
  } else {
    throw_data(
        concat("case ", golden.name, ": no network is built of \"", golden.constructor, "\""),
        concat("of ", kTimm, ", ", kDeit, ", ", kMae, " and ", kSwag, " one is"));
  }
  if (const auto problem = problem_of(config)) {
    throw_data(concat("case ", golden.name, ": ", *problem));
  }
  return config;
}

// Applies the case's method to a model without weights.
void apply_method(const GoldenCase& golden, Model& model) {
  const Arguments& arguments = golden.method_arguments;
  if (golden.method.empty()) return;
  if (golden.method == "linear_probe") {
    model.capability<ReplaceableHead>()->use_linear_probe_head();
  } else if (golden.method == "finetune_loss") {
    require_known_loss(golden);
  } else if (golden.method == "interpolate_pos_embed") {
    // Loading resizes to the model's grid; the file says from which.
    arguments.integer("checkpoint_img_size", 0);
  } else {
    throw_data(
        concat("case ", golden.name, ": family vit does not implement method ", golden.method),
        "it implements linear_probe, finetune_loss and interpolate_pos_embed");
  }
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;
  auto model = make_vit_of_case(golden);
  apply_method(golden, *model);
  return model;
}

}  // namespace

std::unique_ptr<Model> make_vit_of_case(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  require_classification_entry(golden);
  const VitConfig config = config_of(golden);
  return make_vit_model(
      info_of_case(golden, "vit", {config.channels, config.image[0], config.image[1]}), config);
}

GoldenFamily vit_golden_family() {
  GoldenFamily family;
  family.name = "vit";
  family.build = build;
  family.compute = compute_classification;
  return family;
}

}  // namespace yardstick
