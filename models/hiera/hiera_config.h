#pragma once

#include "models/layers/init_scale.h"
#include "models/layers/token_pool.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

enum class HieraPositions {
  kJoint,          // pos_embed: a row for each token
  kSeparate,       // pos_embed_spatial, repeated over time, plus pos_embed_temporal
  kAbsoluteWindow  // pos_embed, resampled to the grid, plus pos_embed_win, tiled (arXiv 2311.05613)
};

// The residual of a block that changes the width.
enum class HieraResidual {
  kProjection,  // the maximum over each pooling group of proj(norm1(x))
  kConcatPools  // maximum and mean over each pooling group of x, one behind the other
};

// What norm and classifier are called.
enum class HieraNames {
  kOfficial,  // norm, head.projection
  kTimm       // head.norm, head.fc
};

// Sizes are per spatial dimension, outermost first: [H, W] for images, [T, H, W] for clips.
struct HieraConfig {
  std::vector<std::int64_t> input = {224, 224};
  std::int64_t channels = 3;
  std::int64_t classes = 1000;                       // 0, with timm's names only: no classifier
  std::int64_t width = 96;                           // of the first stage
  std::int64_t heads = 1;                            // of the first stage
  std::vector<std::int64_t> stages = {2, 3, 16, 3};  // blocks in each
  std::int64_t pooled_stages = 3;                    // how many stage transitions pool the queries
  std::vector<std::int64_t> pool_stride = {2, 2};
  std::vector<std::int64_t> mask_unit = {8, 8};                // in tokens of the first stage
  std::vector<bool> is_windowed = {true, true, false, false};  // per stage
  double width_factor = 2.0;                                   // from a stage to the next
  double heads_factor = 2.0;
  std::vector<std::int64_t> patch_kernel = {7, 7};
  std::vector<std::int64_t> patch_stride = {4, 4};
  std::vector<std::int64_t> patch_padding = {3, 3};
  double mlp_ratio = 4.0;
  double norm_eps = 1e-6;
  double drop_path = 0.0;  // rate of the last block
  double head_dropout = 0.0;
  double head_init_scale = 0.001;
  InitScale init = InitScale::kReference;
  TokenPool pool = TokenPool::kMean;
  HieraPositions positions = HieraPositions::kJoint;
  std::vector<std::int64_t> position_grid = {14, 14};  // of pos_embed, kAbsoluteWindow only
  HieraResidual residual = HieraResidual::kProjection;
  HieraNames names = HieraNames::kOfficial;
  std::optional<double> layer_scale_init = {};  // ls1, ls2 where set

  // Tokens per dimension in the first stage.
  std::vector<std::int64_t> grid() const;
};

struct HieraBlockConfig {
  std::int64_t width_in = 0;
  std::int64_t width_out = 0;
  std::int64_t heads = 0;
  std::int64_t hidden = 0;       // of the MLP
  std::int64_t pool_stride = 1;  // queries pooled into one, over all dimensions
  std::int64_t window = 0;       // tokens of a window after pooling; 0: global attention
  double drop_path = 0.0;
  double norm_eps = 1e-6;
  HieraResidual residual = HieraResidual::kProjection;
  bool has_layer_scale = false;
  std::int64_t stage = 0;
  bool ends_stage = false;
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const HieraConfig& config);

// The blocks in order. A stage's first block pools, widens, and attends in the mode of the stage
// before (so that global attention starts on the pooled tokens), as the official code does.
// Requires: problem_of(config) is empty.
std::vector<HieraBlockConfig> plan_blocks(const HieraConfig& config);

}  // namespace yardstick
