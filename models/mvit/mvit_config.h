#pragma once

#include "models/layers/init_scale.h"
#include "models/mvit/pooled_attention_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

enum class MvitPositions {
  kNone,
  kJoint,       // pos_embed: a row for each token, the class token's first
  kSeparate,    // pos_embed_spatial, repeated over time, plus pos_embed_temporal; pos_embed_class
  kFixedSincos  // pos_embed of sines and cosines, not trained and added twice, as officially
};

// What sets in at a block, as PySlowFast's lists have it.
struct MvitFactor {
  std::int64_t block = 0;
  double factor = 1.0;
};
struct MvitStride {
  std::int64_t block = 0;
  Thw stride = {1, 1, 1};
};

// The part of PySlowFast's configuration tree that the networks read. Its names are in the comments
// where ours differ.
struct MvitConfig {
  bool takes_images = true;  // [C, H, W] and not [C, T, H, W] (PATCH_2D)
  std::int64_t frames = 1;
  std::int64_t image_px = 224;
  std::int64_t channels = 3;
  std::int64_t classes = 1000;
  Thw patch_kernel = {1, 7, 7};
  Thw patch_stride = {1, 4, 4};
  Thw patch_padding = {0, 3, 3};
  std::int64_t width = 96;  // of the first block, as heads (EMBED_DIM)
  std::int64_t heads = 1;
  std::int64_t depth = 16;
  double mlp_ratio = 4.0;
  std::vector<MvitFactor> width_factors = {};  // DIM_MUL
  std::vector<MvitFactor> head_factors = {};   // HEAD_MUL
  std::vector<MvitStride> q_strides = {};      // POOL_Q_STRIDE
  std::vector<MvitStride> kv_strides = {};     // POOL_KV_STRIDE
  std::optional<Thw> adaptive_kv_stride = {};  // POOL_KV_STRIDE_ADAPTIVE: in place of kv_strides
  std::optional<Thw> pool_kernel = {};         // POOL_KVQ_KERNEL; none: by stride
  MvitPoolMode pool_mode = MvitPoolMode::kConv;
  bool pools_first = false;
  bool has_separate_qkv = false;
  bool has_qkv_bias = true;
  bool has_class_token = false;
  bool has_stem_norm = false;
  bool widens_in_attention = true;  // DIM_MUL_IN_ATT: else in the MLP of the block before
  bool has_residual_pooling = true;
  bool has_relative_space = true;
  bool has_relative_time = false;
  bool has_zero_tables = false;    // REL_POS_ZERO_INIT
  bool pools_before_norm = false;  // USE_MEAN_POOLING: norm of the mean, the class token left out
  MvitPositions positions = MvitPositions::kNone;
  double norm_eps = 1e-6;
  double drop_path = 0.0;  // rate of the last block
  double head_dropout = 0.0;
  double head_init_scale = 1.0;  // on the random weights of a new head
  InitScale init = InitScale::kReference;

  Thw grid() const;  // of the patches
  std::int64_t prefix_tokens() const { return has_class_token ? 1 : 0; }
  std::vector<std::int64_t> input_shape() const;  // without the batch
};

// What the lists above make of one block's attention.
struct MvitStep {
  std::int64_t heads = 0;
  Thw q_stride = {1, 1, 1};
  PooledAttentionConfig attention = {};  // without widths
};

struct MvitBlockConfig {
  PooledAttentionConfig attention = {};
  std::int64_t width_out = 0;          // of the MLP
  std::int64_t hidden = 0;             // of the MLP
  std::optional<PoolShape> skip = {};  // the maximum that pools the residual
  double drop_path = 0.0;

  std::int64_t width_in() const { return attention.width_in; }
};

// Width times factor, rounded to a multiple of `divisor` and not more than a tenth below.
std::int64_t rounded_width(std::int64_t width, double factor, std::int64_t divisor);

// The factor that sets in at `block`: 1 where none does.
double factor_at(const std::vector<MvitFactor>& factors, std::int64_t block);

// Why neither a plain nor a reversible network can be built from what both share, or nothing.
std::optional<std::string> problem_of_shell(const MvitConfig& config);
// Why no plain network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const MvitConfig& config);

// Requires of both: problem_of_shell(config) is empty.
std::vector<MvitStep> plan_steps(const MvitConfig& config);
std::vector<MvitBlockConfig> plan_blocks(const MvitConfig& config);

}  // namespace yardstick
