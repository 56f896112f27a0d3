#include "metrics/classification/sample_score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace yardstick {
namespace {

// Independent partial results let the compiler use vector registers without reordering any
// floating-point operation, so results depend neither on its flags nor on the batch.
constexpr std::size_t kLanes = 16;

float largest(std::span<const float> values) {
  std::array<float, kLanes> lanes;
  lanes.fill(-std::numeric_limits<float>::infinity());
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
    }
  }
  for (; i < values.size(); ++i) lanes[0] = values[i] > lanes[0] ? values[i] : lanes[0];
  return *std::max_element(lanes.begin(), lanes.end());
}

struct ExpSums {
  double sum = 0;
  double sum_of_squares = 0;
};

ExpSums sum_exp(std::span<const float> logits, double shift) {
  constexpr std::size_t kSums = 4;
  std::array<double, kSums> sums{};
  std::array<double, kSums> squares{};
  std::size_t i = 0;
  for (; i + kSums <= logits.size(); i += kSums) {
    for (std::size_t lane = 0; lane < kSums; ++lane) {
      const double value = std::exp(static_cast<double>(logits[i + lane]) - shift);
      sums[lane] += value;
      squares[lane] += value * value;
    }
  }
  for (; i < logits.size(); ++i) {
    const double value = std::exp(static_cast<double>(logits[i]) - shift);
    sums[0] += value;
    squares[0] += value * value;
  }
  return {(sums[0] + sums[1]) + (sums[2] + sums[3]),
          (squares[0] + squares[1]) + (squares[2] + squares[3])};
}

std::int64_t rank_of(std::span<const float> logits, std::size_t target) {
  const float value = logits[target];
  std::int32_t ahead = 0;
  for (const float logit : logits.first(target)) ahead += logit >= value;
  for (const float logit : logits.subspan(target)) ahead += logit > value;
  return ahead;
}

}  // namespace

std::optional<SampleScore> score_sample(std::span<const float> logits, std::int64_t target) {
  const float top = largest(logits);
  const double shift = top;
  const ExpSums exps = sum_exp(logits, shift);
  // NaN and infinite shifts both arrive here as NaN.
  if (!std::isfinite(exps.sum)) return {};

  const auto at = static_cast<std::size_t>(target);
  SampleScore score;
  score.prediction = std::find(logits.begin(), logits.end(), top) - logits.begin();
  score.target_rank = rank_of(logits, at);
  const double target_logit = static_cast<double>(logits[at]) - shift;
  score.target_log_prob = target_logit - std::log(exps.sum);
  score.confidence = 1 / exps.sum;
  score.brier =
      exps.sum_of_squares / (exps.sum * exps.sum) - 2 * std::exp(target_logit) / exps.sum + 1;
  return score;
}

}  // namespace yardstick
