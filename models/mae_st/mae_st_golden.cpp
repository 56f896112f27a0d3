#include "models/mae_st/mae_st_golden.h"

#include "models/golden/classification.h"
#include "models/golden/norm_argument.h"
#include "models/golden/pretraining.h"
#include "models/layers/init_scope.h"
#include "models/mae_st/mae_st_model.h"
#include "models/mae_st/video_config.h"

#include <yardstick/error.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

constexpr char kClassifier[] = "mae_st.models_vit.VisionTransformer";
constexpr char kPretraining[] = "mae_st.models_mae.MaskedAutoencoderViT";
constexpr double kTorchNormEps = 1e-5;

// What both constructors share.
VideoEncoderConfig shared_arguments(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  VideoEncoderConfig video;
  video.frames = config.integer("num_frames", 16);
  video.patch_frames = config.integer("t_patch_size");
  video.image_px = config.integer("img_size", 224);
  video.patch_px = config.integer("patch_size", 16);
  video.channels = config.integer("in_chans", 3);
  video.width = config.integer("embed_dim");
  video.depth = config.integer("depth");
  video.heads = config.integer("num_heads");
  video.mlp_ratio = config.number("mlp_ratio", 4.0);
  video.has_qkv_bias = !config.flag("no_qkv_bias", false);
  video.has_class_token = config.flag("cls_embed", false);
  video.positions =
      config.flag("sep_pos_embed", false) ? VideoPositions::kSeparate : VideoPositions::kJoint;
  video.norm_eps = norm_eps_argument(config, kTorchNormEps);
  return video;
}

VideoVitConfig classifier_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  VideoVitConfig vit;
  vit.encoder = shared_arguments(golden);
  vit.encoder.drop_path = config.number("drop_path_rate", 0.0);
  vit.classes = config.integer("num_classes", 400);
  vit.head_dropout = config.number("dropout", 0.5);
  require_no_random_drops(golden, vit.encoder.drop_path);
  require_no_random_drops(golden, vit.head_dropout);
  for (const char* name : {"drop_rate", "attn_drop_rate"}) {
    require_no_random_drops(golden, config.number(name, 0.0));
  }
  return vit;
}

VideoMaeConfig pretraining_config(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  VideoMaeConfig mae;
  mae.encoder = shared_arguments(golden);
  mae.decoder_width = config.integer("decoder_embed_dim", 512);
  mae.decoder_depth = config.integer("decoder_depth");
  mae.decoder_heads = config.integer("decoder_num_heads", 16);
  mae.normalises_targets = config.flag("norm_pix_loss", false);
  mae.predicted_frames = config.integer("pred_t_dim");
  config.flag("trunc_init", false);  // weights are loaded
  return mae;
}

template <typename Config>
Config checked(const Config& config, const GoldenCase& golden) {
  if (const auto problem = problem_of(config)) {
    throw_data(concat("case ", golden.name, ": ", *problem));
  }
  return config;
}

void require_known_method(const GoldenCase& golden) {
  if (golden.method.empty() || golden.method == "linear_probe") return;
  if (golden.method == "finetune_loss") {
    require_known_loss(golden);
    return;
  }
  throw_data(
      concat("case ", golden.name, ": family mae_st does not implement method ", golden.method),
      concat("of ", kClassifier, " it implements linear_probe and finetune_loss"));
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  ModelInfo info;
  info.name = golden.name;
  info.family = "mae_st";
  const auto describe = [&](const VideoEncoderConfig& video) {
    info.input_shape = video.input();
    info.input_shape.insert(info.input_shape.begin(), video.channels);
  };
  if (golden.constructor == kPretraining) {
    require_pretraining_entry(golden);
    const VideoMaeConfig config = checked(pretraining_config(golden), golden);
    describe(config.encoder);
    return make_video_mae(std::move(info), config);
  }
  if (golden.constructor != kClassifier) {
    throw_data(
        concat("case ", golden.name, ": family mae_st does not build \"", golden.constructor, "\""),
        concat("it builds ", kClassifier, " and ", kPretraining));
  }
  require_classification_entry(golden);
  require_known_method(golden);
  const VideoVitConfig config = checked(classifier_config(golden), golden);
  describe(config.encoder);
  auto model = make_video_vit(std::move(info), config);
  if (golden.method == "linear_probe") {
    model->capability<ReplaceableHead>()->use_linear_probe_head();
  }
  return model;
}

TensorMap compute(Model& model, const GoldenCase& golden) {
  return golden.constructor == kPretraining ? compute_pretraining(model, golden)
                                            : compute_classification(model, golden);
}

}  // namespace

GoldenFamily mae_st_golden_family() {
  GoldenFamily family;
  family.name = "mae_st";
  family.build = build;
  family.compute = compute;
  return family;
}

}  // namespace yardstick
