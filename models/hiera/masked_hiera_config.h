#pragma once

#include "models/hiera/hiera_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// A masked auto-encoder around the encoder of a Hiera classifier (arXiv 2306.00989, section 3;
// hiera.hiera_mae.MaskedAutoencoderHiera). Its last pooling transition is officially left out, so
// that each token predicts 16 x 16 pixels.
struct MaskedHieraConfig {
  HieraConfig encoder = {.pooled_stages = 2};  // classes and head_* are not used
  std::int64_t decoder_width = 512;
  std::int64_t decoder_depth = 8;
  std::int64_t decoder_heads = 16;
  double mask_ratio = 0.6;  // the default

  // All per dimension, outermost first.
  std::vector<std::int64_t> unit_grid() const;   // mask units of an input
  std::vector<std::int64_t> unit_px() const;     // pixels (and frames) of a mask unit
  std::vector<std::int64_t> final_unit() const;  // tokens of a unit after the last stage
  std::vector<std::int64_t> final_grid() const;  // tokens of an input after the last stage
  std::int64_t unit_steps() const;               // pooling steps that make a unit one token

  std::int64_t units() const;          // of an input
  std::int64_t final_tokens() const;   // of a unit
  std::int64_t target_px() const;      // side of the square that a final token predicts
  std::int64_t target_frames() const;  // that it stands for; it predicts the first
  std::int64_t target_values() const;  // numbers that it predicts
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const MaskedHieraConfig& config);

}  // namespace yardstick
