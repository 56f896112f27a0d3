#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace yardstick {

// How one sample was classified. Everything is computed in double from the float32 logits.
struct SampleScore {
  std::int64_t prediction = 0;   // class of the largest logit, the lowest one among equals
  std::int64_t target_rank = 0;  // from 0: classes that rank before the target; among equal logits
                                 // the lower class ranks first
  double target_log_prob = 0;    // log softmax at the target, may be -infinity
  double confidence = 0;         // softmax at the prediction
  double brier = 0;              // sum over classes of (softmax - one-hot target)^2, 0..2
};

// Requires 0 <= target < logits.size(). Nothing where the softmax does not exist: a NaN, a logit of
// +infinity, or no finite logit at all. A logit of -infinity is a class of probability 0.
std::optional<SampleScore> score_sample(std::span<const float> logits, std::int64_t target);

}  // namespace yardstick
