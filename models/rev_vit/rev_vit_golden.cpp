#include "models/rev_vit/rev_vit_golden.h"

#include "models/golden/case_input.h"
#include "models/golden/classification.h"
#include "models/golden/refusals.h"
#include "models/golden/reversible_case.h"
#include "models/layers/init_scope.h"
#include "models/rev_vit/rev_vit_config.h"
#include "models/rev_vit/rev_vit_model.h"

#include <yardstick/error.h>

#include <string>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

constexpr char kConstructor[] = "slowfast.models.MViT (reversible)";

void require_flag(const GoldenCase& golden, const Arguments& arguments, const char* name,
                  bool wanted, bool fallback) {
  if (arguments.flag(name, fallback) != wanted) {
    refuse_case(golden,
                concat(name, " ", wanted ? "false" : "true", " is not implemented by rev_vit"));
  }
}

void require_text(const GoldenCase& golden, const Arguments& arguments, const char* name,
                  const std::string& wanted) {
  const std::string found = arguments.text(name, wanted);
  if (found != wanted) refuse_case(golden, concat(name, " ", found, " is not implemented"));
}

// Pooling and growing channels make a Rev-MViT.
void require_one_stage(const GoldenCase& golden, const Arguments& mvit) {
  for (const char* name : {"DIM_MUL", "HEAD_MUL", "POOL_KV_STRIDE", "POOL_Q_STRIDE"}) {
    if (!mvit.has(name)) continue;
    if (!mvit.is_list(name) || !mvit.rows(name).empty()) {
      refuse_case(golden, concat(name, " is not implemented by rev_vit"), "rev_mvit has stages");
    }
  }
  if (mvit.has("POOL_KV_STRIDE_ADAPTIVE")) {
    refuse_case(golden, "POOL_KV_STRIDE_ADAPTIVE is not implemented by rev_vit", "rev_mvit pools");
  }
}

// Arguments of parts that a reversible network of one stage does not have, or that act before
// weights are loaded.
void read_without_effect(const Arguments& mvit, const Arguments& rev) {
  mvit.text("MODE", "conv");  // how to pool
  if (mvit.has("POOL_KVQ_KERNEL")) mvit.integers("POOL_KVQ_KERNEL");
  mvit.flag("DIM_MUL_IN_ATT", false);
  mvit.flag("REL_POS_ZERO_INIT", false);
  mvit.flag("ZERO_DECAY_POS_CLS", false);
  mvit.number("LAYER_SCALE_INIT_VALUE", 0.0);  // of the blocks that are not reversible
  mvit.number("HEAD_INIT_SCALE", 1.0);
  rev.text("RES_PATH", "conv");  // of transitions between stages, as the next
  rev.text("PRE_Q_FUSION", "avg");
}

std::vector<std::int64_t> sizes(const GoldenCase& golden, const Arguments& mvit, const char* name,
                                std::size_t dims) {
  std::vector<std::int64_t> found = mvit.integers(name);
  if (found.size() != dims) refuse_case(golden, concat(name, " must have ", dims, " numbers"));
  return found;
}

void read_input(const GoldenCase& golden, const Arguments& mvit, RevVitConfig& config) {
  const Arguments data = golden.config.object("DATA");
  const std::int64_t px = data.integer("TRAIN_CROP_SIZE", 224);
  if (data.integer("TEST_CROP_SIZE", px) != px) {
    refuse_case(golden, "TEST_CROP_SIZE must equal TRAIN_CROP_SIZE");
  }
  const std::int64_t frames = data.integer("NUM_FRAMES", 1);
  const bool is_image = mvit.flag("PATCH_2D", true);
  if (is_image && frames != 1) refuse_case(golden, "PATCH_2D takes one frame");
  config.input =
      is_image ? std::vector<std::int64_t>{px, px} : std::vector<std::int64_t>{frames, px, px};
  const std::vector<std::int64_t> channels =
      data.integers("INPUT_CHANNEL_NUM", std::vector<std::int64_t>{3});
  if (channels.size() != 1) refuse_case(golden, "INPUT_CHANNEL_NUM must have one number");
  config.channels = channels[0];
  config.kernel = sizes(golden, mvit, "PATCH_KERNEL", config.input.size());
  config.stride = sizes(golden, mvit, "PATCH_STRIDE", config.input.size());
  config.padding = sizes(golden, mvit, "PATCH_PADDING", config.input.size());
}

RevVitPositions positions_of(const GoldenCase& golden, const Arguments& mvit) {
  require_flag(golden, mvit, "REL_POS_SPATIAL", false, false);
  require_flag(golden, mvit, "REL_POS_TEMPORAL", false, false);
  require_flag(golden, mvit, "USE_FIXED_SINCOS_POS", false, false);
  const bool are_separate = mvit.flag("SEP_POS_EMBED", false);
  if (!mvit.flag("USE_ABS_POS", true)) return RevVitPositions::kNone;
  return are_separate ? RevVitPositions::kSeparate : RevVitPositions::kJoint;
}

RevVitConfig config_of(const GoldenCase& golden) {
  const Arguments mvit = golden.config.object("MVIT");
  const Arguments model = golden.config.object("MODEL");
  const Arguments rev = mvit.object("REV");
  require_text(golden, model, "MODEL_NAME", "MViT");
  require_text(golden, mvit, "NORM", "layernorm");
  require_flag(golden, rev, "ENABLE", true, true);
  if (!rev.integers("BUFFER_LAYERS", std::vector<std::int64_t>{}).empty()) {
    refuse_case(golden, "BUFFER_LAYERS is not implemented by rev_vit", "rev_mvit has transitions");
  }
  require_flag(golden, mvit, "CLS_EMBED_ON", false, false);
  require_flag(golden, mvit, "RESIDUAL_POOLING", false, false);
  require_one_stage(golden, mvit);
  read_without_effect(mvit, rev);

  RevVitConfig config;
  read_input(golden, mvit, config);
  config.positions = positions_of(golden, mvit);
  config.classes = model.integer("NUM_CLASSES", 1000);
  config.width = mvit.integer("EMBED_DIM", 96);
  config.depth = mvit.integer("DEPTH", 16);
  config.heads = mvit.integer("NUM_HEADS", 1);
  config.mlp_ratio = mvit.number("MLP_RATIO", 4.0);
  config.drop_path = mvit.number("DROPPATH_RATE", 0.0);
  config.has_qkv_bias = mvit.flag("QKV_BIAS", true);
  const bool pools_first = mvit.flag("POOL_FIRST", false);  // which takes the layers apart too
  config.has_separate_qkv = mvit.flag("SEPARATE_QKV", false) || pools_first;
  config.has_stem_norm = mvit.flag("NORM_STEM", false);
  config.pools_before_norm = mvit.flag("USE_MEAN_POOLING", false);
  const std::string fusion = rev.text("RESPATH_FUSE", "concat");
  const auto mode = layers::parse_stream_fusion(fusion);
  if (!mode) refuse_case(golden, concat("RESPATH_FUSE ", fusion, " is not implemented"));
  config.fusion = *mode;

  // Dropout changes nothing in evaluation mode.
  for (const double rate : {mvit.number("DROPOUT_RATE", 0.0), model.number("DROPOUT_RATE", 0.0),
                            config.fusion.dropout}) {
    require_no_random_drops(golden, rate);
  }
  config.fusion.dropout = 0;
  if (const auto problem = problem_of(config)) refuse_case(golden, *problem);
  return config;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  require_constructor(golden, kConstructor);
  require_classification_entry(golden);
  require_no_method(golden);
  const RevVitConfig config = config_of(golden);
  std::vector<std::int64_t> input_shape = config.input;
  input_shape.insert(input_shape.begin(), config.channels);
  return make_rev_vit(info_of_case(golden, "rev_vit", std::move(input_shape)), config);
}

}  // namespace

GoldenFamily rev_vit_golden_family() {
  GoldenFamily family;
  family.name = "rev_vit";
  family.build = build;
  family.compute = compute_reversible_classification;
  return family;
}

}  // namespace yardstick
