#pragma once

#include "models/layers/token_merging.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace yardstick {

// How PiToMe (arXiv 2405.16148, section 3; algo/pitome/merge.py of hchautran/PiToMe) picks sources
// and destinations among tokens ranked by falling energy. All leave the result's order by energy.
enum class PitomeSplit {
  kPlain,  // pitome: of the first 2r ranks the even ones join odd ones, all others are protected
  kBsm,    // pitome_bsm: of all ranks those r even ones join an odd one that are most alike to one
  kText    // pitome_text: ranks below r join those from r to 2r; another energy
};

struct PitomeOptions {
  PitomeSplit split = PitomeSplit::kPlain;
  double ratio = 1.0;       // of the tokens behind the prefix that are left
  double margin = 0.5;      // cosine from which on a neighbour raises the energy; below 1 for kText
  double alpha = 1.0;       // of the ELU that dampens neighbours below the margin; unused by kText
  std::int64_t prefix = 0;  // leading tokens that take no part
};

// r = floor(T - T * ratio) in double precision, as the official code has it, or 0 for a ratio of
// at least 1.
std::int64_t pitome_merges(std::int64_t tokens, double ratio);

// [B, T, d] -> [B, T, T]; a row of zeros has cosine 0 to all.
at::Tensor pitome_cosines(const at::Tensor& metric);

// How central each token is to a cluster of alike ones: the mean over all tokens, itself included,
// of elu(cos - margin, alpha), or for kText of the normal density of 1 - cos at deviation
// 1 - margin. `cosines` is [B, T, T]; [B, T].
at::Tensor pitome_energy(const at::Tensor& cosines, const PitomeOptions& options);

// Matches tokens by `metric` [B, N, d], without gradient. Where r is 0 nothing changes: the
// official plain code fails there, and its bsm code merges nothing but reorders. Requires: 2r <= N
// - prefix, which every ratio of at least 0.5 keeps. Ties go to the token of lower place.
layers::TokenMatching pitome_matching(const at::Tensor& metric, const PitomeOptions& options);

}  // namespace yardstick
