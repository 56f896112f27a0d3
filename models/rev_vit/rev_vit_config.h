#pragma once

#include "models/layers/init_scale.h"
#include "models/layers/reversible.h"
#include "models/layers/stream_fusion.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// What is added to the patches.
enum class RevVitPositions {
  kNone,
  kJoint,    // pos_embed, a row a patch
  kSeparate  // pos_embed_spatial, a row a place, and pos_embed_temporal, a row a time step
};

// A reversible vision transformer, of images ([H, W]) or clips ([T, H, W]).
struct RevVitConfig {
  std::vector<std::int64_t> input = {224, 224};  // outermost first, as the next three
  std::vector<std::int64_t> kernel = {16, 16};
  std::vector<std::int64_t> stride = {16, 16};
  std::vector<std::int64_t> padding = {0, 0};
  std::int64_t channels = 3;
  std::int64_t classes = 1000;
  std::int64_t width = 768;  // of one stream
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  double mlp_ratio = 4.0;
  double drop_path = 0.0;     // rate of the last block
  double head_dropout = 0.0;  // in front of the classifier
  InitScale init = InitScale::kReference;

  RevVitPositions positions = RevVitPositions::kJoint;
  bool has_qkv_bias = true;
  bool has_separate_qkv = true;
  bool has_stem_norm = false;      // norm_stem, over the patches with their positions
  bool pools_before_norm = false;  // fuse, mean of the tokens, norm; else norm, fuse, mean
  layers::StreamFusionMode fusion = {};
  layers::ReversibleBackward backward = layers::ReversibleBackward::kRecompute;

  std::vector<std::int64_t> grid() const;  // patches along each dimension of the input
  std::int64_t steps() const;              // patches in time; 1 for images
  std::int64_t places() const;             // patches in space
  std::int64_t features_width() const { return fusion.keeps_both() ? 2 * width : width; }
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const RevVitConfig& config);

}  // namespace yardstick
