#pragma once

#include "models/layers/init_scale.h"
#include "models/layers/token_pool.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace yardstick {

// Where the last layer norm stands.
enum class VitNorm {
  kBeforePool,  // named norm, over all tokens
  kAfterPool,   // named fc_norm, over the pooled features
  kNone
};

// How the official codes treat tokens that a method has merged; see TokenLayout.
enum class MergedTokens {
  kCountInAttention,  // timm, DeiT, SWAG: each by its size in attention; a mean takes tokens alike
  kCountInMean        // MAE, which learned from few tokens: a mean by size, attention as it is
};

// A plain vision transformer in timm's layout; MAE's fine-tuned models are the same network.
struct VitConfig {
  std::array<std::int64_t, 2> image = {224, 224};  // [H, W] in pixels
  std::array<std::int64_t, 2> patch = {16, 16};
  std::int64_t channels = 3;
  std::int64_t classes = 1000;  // 0: no head, logits are the features
  std::int64_t width = 768;
  std::int64_t depth = 12;
  std::int64_t heads = 12;
  double mlp_ratio = 4.0;
  TokenPool pool = TokenPool::kFirst;
  VitNorm final_norm = VitNorm::kBeforePool;
  double norm_eps = 1e-6;
  double drop_path = 0.0;  // rate of the last block
  double head_dropout = 0.0;
  double head_init_scale = 1.0;  // on the random weights of a new head
  InitScale init = InitScale::kReference;

  bool has_qkv_bias = true;
  bool has_proj_bias = true;  // attention projection and both layers of the MLP
  bool has_qk_norm = false;
  bool has_class_token = true;
  bool has_distillation_token = false;  // dist_token behind the class token, head_dist
  bool has_pos_embed = true;
  bool has_norm_before_blocks = false;          // norm_pre; the patch embedding then has no bias
  bool embeds_prefix_positions = true;          // position embedding has rows for the prefix tokens
  bool pools_prefix_tokens = false;             // means and maxima count the prefix tokens too
  std::int64_t register_tokens = 0;             // reg_token, behind the class token
  std::optional<double> layer_scale_init = {};  // ls1, ls2 where set
  MergedTokens merged_tokens = MergedTokens::kCountInAttention;

  std::array<std::int64_t, 2> grid() const { return {image[0] / patch[0], image[1] / patch[1]}; }
  std::int64_t prefix_tokens() const {
    return (has_class_token ? 1 : 0) + (has_distillation_token ? 1 : 0) + register_tokens;
  }
  std::int64_t embedded_prefix_tokens() const {
    return embeds_prefix_positions ? prefix_tokens() : 0;
  }
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const VitConfig& config);

}  // namespace yardstick
