#include "models/mvit/slowfast_arguments.h"

#include "models/golden/classification.h"
#include "models/golden/refusals.h"

#include <yardstick/error.h>

#include <cmath>
#include <vector>

namespace yardstick {
namespace {

std::int64_t whole(const GoldenCase& golden, const char* name, double value) {
  if (value != std::floor(value)) refuse_case(golden, concat(name, " holds ", value));
  return static_cast<std::int64_t>(value);
}

Thw thw_argument(const GoldenCase& golden, const Arguments& arguments, const char* name) {
  const std::vector<std::int64_t> sizes = arguments.integers(name);
  if (sizes.size() != 3) refuse_case(golden, concat(name, " must have 3 numbers"));
  return {sizes[0], sizes[1], sizes[2]};
}

// With two numbers where patches are two-dimensional; `time` then is the third.
Thw patch_argument(const GoldenCase& golden, const Arguments& mvit, const char* name, bool is_image,
                   std::int64_t time) {
  if (!is_image) return thw_argument(golden, mvit, name);
  const std::vector<std::int64_t> sizes = mvit.integers(name);
  if (sizes.size() != 2) refuse_case(golden, concat(name, " must have 2 numbers with PATCH_2D"));
  return {time, sizes[0], sizes[1]};
}

std::vector<MvitFactor> factors_argument(const GoldenCase& golden, const Arguments& mvit,
                                         const char* name) {
  std::vector<MvitFactor> factors;
  for (const std::vector<double>& row : mvit.rows(name)) {
    if (row.size() != 2) refuse_case(golden, concat(name, " must have rows of 2 numbers"));
    factors.push_back({.block = whole(golden, name, row[0]), .factor = row[1]});
  }
  return factors;
}

std::vector<MvitStride> strides_argument(const GoldenCase& golden, const Arguments& mvit,
                                         const char* name) {
  std::vector<MvitStride> strides;
  for (const std::vector<double>& row : mvit.rows(name)) {
    if (row.size() != 4) refuse_case(golden, concat(name, " must have rows of 4 numbers"));
    MvitStride stride{.block = whole(golden, name, row[0])};
    for (std::size_t d = 0; d < 3; ++d) stride.stride[d] = whole(golden, name, row[d + 1]);
    strides.push_back(stride);
  }
  return strides;
}

void read_input(const GoldenCase& golden, const Arguments& mvit, MvitConfig& config) {
  const Arguments data = golden.config.object("DATA");
  config.image_px = data.integer("TRAIN_CROP_SIZE", 224);
  if (data.integer("TEST_CROP_SIZE", config.image_px) != config.image_px) {
    refuse_case(golden, "TEST_CROP_SIZE must equal TRAIN_CROP_SIZE");
  }
  config.frames = data.integer("NUM_FRAMES", 1);
  const std::vector<std::int64_t> channels =
      data.integers("INPUT_CHANNEL_NUM", std::vector<std::int64_t>{3});
  if (channels.size() != 1) refuse_case(golden, "INPUT_CHANNEL_NUM must have one number");
  config.channels = channels[0];
  config.takes_images = mvit.flag("PATCH_2D", false);
  const auto patch = [&](const char* name, std::int64_t time) {
    return patch_argument(golden, mvit, name, config.takes_images, time);
  };
  config.patch_kernel = patch("PATCH_KERNEL", 1);
  config.patch_stride = patch("PATCH_STRIDE", 1);
  config.patch_padding = patch("PATCH_PADDING", 0);
}

MvitPoolMode mode_argument(const GoldenCase& golden, const Arguments& mvit) {
  const std::string mode = mvit.text("MODE", "conv");
  if (mode == "conv") return MvitPoolMode::kConv;
  if (mode == "conv_unshared") return MvitPoolMode::kConvUnshared;
  if (mode == "max") return MvitPoolMode::kMax;
  if (mode == "avg") return MvitPoolMode::kMean;
  refuse_case(golden, concat("MODE ", mode, " is not implemented"),
              "conv, conv_unshared, max and avg are");
}

void read_pooling(const GoldenCase& golden, const Arguments& mvit, MvitConfig& config) {
  config.q_strides = strides_argument(golden, mvit, "POOL_Q_STRIDE");
  config.kv_strides = strides_argument(golden, mvit, "POOL_KV_STRIDE");
  if (mvit.has("POOL_KV_STRIDE_ADAPTIVE")) {
    config.adaptive_kv_stride = thw_argument(golden, mvit, "POOL_KV_STRIDE_ADAPTIVE");
  }
  if (mvit.has("POOL_KVQ_KERNEL")) {
    config.pool_kernel = thw_argument(golden, mvit, "POOL_KVQ_KERNEL");
  }
  config.pool_mode = mode_argument(golden, mvit);
  config.pools_first = mvit.flag("POOL_FIRST", false);
  config.has_residual_pooling = mvit.flag("RESIDUAL_POOLING", false);
}

MvitPositions positions_argument(const GoldenCase& golden, const Arguments& mvit) {
  const bool are_used = mvit.flag("USE_ABS_POS", true);
  const bool are_separate = mvit.flag("SEP_POS_EMBED", false);
  if (mvit.flag("USE_FIXED_SINCOS_POS", false)) {
    if (are_used && !are_separate) return MvitPositions::kFixedSincos;
    refuse_case(golden, "USE_FIXED_SINCOS_POS needs USE_ABS_POS without SEP_POS_EMBED",
                "the official class adds a pos_embed that it would not have");
  }
  if (!are_used) return MvitPositions::kNone;
  return are_separate ? MvitPositions::kSeparate : MvitPositions::kJoint;
}

// Settings that act before weights are loaded, on the optimiser alone, or, as the layer scale, that
// the official class reads and passes to no block.
void read_without_effect(const Arguments& mvit, const Arguments& model) {
  mvit.flag("REL_POS_ZERO_INIT", false);
  mvit.flag("ZERO_DECAY_POS_CLS", false);
  mvit.number("HEAD_INIT_SCALE", 1.0);
  mvit.number("LAYER_SCALE_INIT_VALUE", 0.0);
  model.flag("ACT_CHECKPOINT", false);
}

}  // namespace

MvitConfig slowfast_config(const GoldenCase& golden) {
  const Arguments mvit = golden.config.object("MVIT");
  const Arguments model = golden.config.object("MODEL");
  if (const std::string name = model.text("MODEL_NAME", "MViT"); name != "MViT") {
    refuse_case(golden, concat("MODEL_NAME ", name, " is not implemented"), "MViT is");
  }
  if (const std::string norm = mvit.text("NORM", "layernorm"); norm != "layernorm") {
    refuse_case(golden, concat("NORM ", norm, " is not implemented"), "layernorm is");
  }
  if (golden.config.object("DETECTION").flag("ENABLE", false)) {
    refuse_case(golden, "DETECTION is not implemented");
  }
  read_without_effect(mvit, model);

  MvitConfig config;
  read_input(golden, mvit, config);
  config.classes = model.integer("NUM_CLASSES", 400);
  config.width = mvit.integer("EMBED_DIM", 96);
  config.heads = mvit.integer("NUM_HEADS", 1);
  config.depth = mvit.integer("DEPTH", 16);
  config.mlp_ratio = mvit.number("MLP_RATIO", 4.0);
  config.width_factors = factors_argument(golden, mvit, "DIM_MUL");
  config.head_factors = factors_argument(golden, mvit, "HEAD_MUL");
  read_pooling(golden, mvit, config);
  config.has_separate_qkv = mvit.flag("SEPARATE_QKV", false);
  config.has_qkv_bias = mvit.flag("QKV_BIAS", true);
  config.has_class_token = mvit.flag("CLS_EMBED_ON", true);
  config.has_stem_norm = mvit.flag("NORM_STEM", false);
  config.widens_in_attention = mvit.flag("DIM_MUL_IN_ATT", false);
  config.has_relative_space = mvit.flag("REL_POS_SPATIAL", false);
  config.has_relative_time = mvit.flag("REL_POS_TEMPORAL", false);
  config.pools_before_norm = mvit.flag("USE_MEAN_POOLING", false);
  config.positions = positions_argument(golden, mvit);
  config.drop_path = mvit.number("DROPPATH_RATE", 0.0);
  config.head_dropout = model.number("DROPOUT_RATE", 0.0);
  // Dropout changes nothing in evaluation mode, and that inside the blocks is not implemented.
  require_no_random_drops(golden, config.head_dropout);
  require_no_random_drops(golden, mvit.number("DROPOUT_RATE", 0.0));
  return config;
}

}  // namespace yardstick
