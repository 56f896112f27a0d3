#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// The image encoder's trunk of SAM 2 (arXiv 2408.00714; sam2.modeling.backbones.hieradet.Hiera):
// Hiera with absolute-window position embeddings, windows that need not divide the grid, and global
// attention in a few named blocks. Any input whose sides are multiples of multiple_px() will do.
struct Sam2Config {
  std::int64_t channels = 3;
  std::int64_t width = 96;  // of the first stage
  std::int64_t heads = 1;   // of the first stage
  std::vector<std::int64_t> stages = {2, 3, 16, 3};
  std::vector<std::int64_t> windows = {8, 4, 14, 7};       // side in tokens, of each stage
  std::vector<std::int64_t> global_blocks = {12, 16, 20};  // without windows
  std::array<std::int64_t, 2> position_grid = {14, 14};    // of pos_embed
  std::int64_t pooled_stages = 3;                          // transitions that pool the queries
  std::int64_t pool_stride = 2;                            // per dimension
  double width_factor = 2.0;                               // from a stage to the next
  double heads_factor = 2.0;
  double drop_path = 0.0;  // rate of the last block
  double norm_eps = 1e-6;
  double mlp_ratio = 4.0;

  // What the sides of an input must be multiples of.
  std::int64_t multiple_px() const;
};

struct Sam2BlockConfig {
  std::int64_t width_in = 0;
  std::int64_t width_out = 0;
  std::int64_t heads = 0;
  std::int64_t hidden = 0;       // of the MLP
  std::int64_t pool_stride = 1;  // per dimension; 1: no pooling
  std::int64_t window = 0;       // side in tokens before pooling; 0: global attention
  double drop_path = 0.0;
  double norm_eps = 1e-6;
  std::int64_t stage = 0;
  bool ends_stage = false;
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const Sam2Config& config);

// The blocks in order. A stage's first block pools, widens, and has the windows of the stage
// before. Requires: problem_of(config) is empty.
std::vector<Sam2BlockConfig> plan_blocks(const Sam2Config& config);

}  // namespace yardstick
