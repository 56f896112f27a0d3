#pragma once

#include "models/mvit/mvit_config.h"

#include <yardstick/model.h>
#include <yardstick/params.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// What a variant is told apart by, of plain and of reversible networks alike.
struct MvitVariantRow {
  std::string_view name;
  std::string_view official = "";  // its configuration; "": ours
  std::int64_t frames = 1;         // 1: images
  std::int64_t image_px = 224;
  std::int64_t width = 96;
  std::array<std::int64_t, 4> stages = {};  // blocks; 0: no such stage
  std::int64_t classes = 1000;
  double crop_pct = 0.875;  // digits are never cropped
  bool is_test = false;

  bool is_ours() const { return official.empty(); }
  bool is_video() const { return frames > 1; }
};

// "1+2+11+2 blocks"
std::string blocks_text(const MvitVariantRow& row);
// "width 96 to 768"
std::string widths_text(const MvitVariantRow& row);
// ", for clips of 16 frames (Kinetics/MVIT_B_16x4_CONV)", of a model of that many frames
std::string origin_text(const MvitVariantRow& row, std::int64_t frames);

// Of a model of that size: all but family, summary, paper and repository.
ModelInfo info_of_row(const MvitVariantRow& row, std::int64_t frames, std::int64_t image_px);

// The parameters that config_of_row() reads.
ParamSchema schema_of_row(const MvitVariantRow& row);

// Stages and training of MViTv2 with what `params` set.
MvitConfig config_of_row(const MvitVariantRow& row, const Params& params);

// Sets up the lists of `config` for stages of so many blocks: each stage but the first starts with
// twice the width and heads and a quarter of the tokens, and the stride of keys and values shrinks
// as the queries' grows.
void use_stages(MvitConfig& config, const std::vector<std::int64_t>& stages,
                std::int64_t kv_stride);
// Clips of `frames` in patches of 2 frames, every second taken, and pooling over time too.
void use_clips(MvitConfig& config, std::int64_t frames);
// Goes back to what MViTv2 set out from: queries pooled where their number falls alone, without a
// residual, and absolute positions.
void use_first_version(MvitConfig& config);

}  // namespace yardstick
