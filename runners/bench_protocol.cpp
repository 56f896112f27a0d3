#include "runners/bench_protocol.h"

#include "metrics/statistics/interval.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace yardstick {
namespace {

constexpr std::size_t kSlopeSteps = 10;
constexpr std::size_t kAllocatorSteps = 5;
constexpr double kClockSeconds = 1.0;
constexpr double kClockSpread = 0.02;
constexpr std::size_t kSmallestInterval = 6;
constexpr std::size_t kSettlingSamples = 64;
constexpr double kSettledNoise = 0.05;
constexpr double kSlowClock = 0.75;
constexpr std::int64_t kMostDiscarded = 10;

std::vector<ProtocolProfile> all_profiles() {
  ProtocolProfile standard;
  standard.name = "default";

  ProtocolProfile publish;
  publish.name = "publish";
  publish.cap_s = 60;

  ProtocolProfile smoke;
  smoke.name = "smoke";
  smoke.warmup_min_steps = 3;
  smoke.warmup_min_s = 0.2;
  smoke.warmup_cap_s = 3;
  smoke.warmup_max_slope = 0.01;
  smoke.min_samples = 10;
  smoke.min_s = 0.2;
  smoke.cap_s = 3;
  smoke.target_half_width = 0.02;

  ProtocolProfile test;
  test.name = "test";
  test.warmup_min_steps = 2;
  test.warmup_min_s = 0;
  test.warmup_cap_s = 0.2;
  test.warmup_max_slope = 0.1;
  test.min_samples = 8;
  test.min_s = 0;
  test.cap_s = 0.3;
  test.target_half_width = 0.5;
  test.energy_idle_s = 0.1;
  test.energy_s = 0.2;

  return {standard, publish, smoke, test};
}

}  // namespace

std::vector<std::string> protocol_profile_names() {
  std::vector<std::string> names;
  for (const ProtocolProfile& profile : all_profiles()) names.push_back(profile.name);
  return names;
}

ProtocolProfile protocol_profile(const std::string& name) {
  for (ProtocolProfile& profile : all_profiles()) {
    if (profile.name == name) return profile;
  }
  const auto names = protocol_profile_names();
  throw_user(concat("no protocol profile is named ", name), suggestion(name, names));
}

WarmupRule::State WarmupRule::add(const Step& step) {
  steps_.push_back(step);
  if (step.clock_mhz) clock_.push_back({step.elapsed_s, *step.clock_mhz});
  const bool is_long_enough =
      static_cast<std::int64_t>(steps_.size()) >= profile_.warmup_min_steps &&
      step.elapsed_s >= profile_.warmup_min_s;
  if (is_long_enough && has_steady_allocator() && has_steady_time() && has_steady_clock()) {
    return State::kWarm;
  }
  return step.elapsed_s >= profile_.warmup_cap_s ? State::kCapped : State::kWarming;
}

bool WarmupRule::has_steady_allocator() const {
  const std::size_t first = steps_.size() - std::min(steps_.size(), kAllocatorSteps + 1);
  return steps_[first].allocator_segments == steps_.back().allocator_segments;
}

bool WarmupRule::has_steady_time() const {
  std::vector<double> last;
  const std::size_t first = steps_.size() - std::min(steps_.size(), kSlopeSteps);
  for (std::size_t i = first; i < steps_.size(); ++i) last.push_back(steps_[i].step_s);
  return std::abs(relative_slope(last)) < profile_.warmup_max_slope;
}

bool WarmupRule::has_steady_clock() const {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (auto reading = clock_.rbegin(); reading != clock_.rend(); ++reading) {
    if (steps_.back().elapsed_s - reading->elapsed_s > kClockSeconds) break;
    low = std::min(low, reading->mhz);
    high = std::max(high, reading->mhz);
  }
  return high == 0 || high <= low * (1 + kClockSpread);
}

bool ClockRule::keeps(std::optional<double> clock_mhz) {
  if (!default_mhz_ || !clock_mhz || *clock_mhz >= kSlowClock * *default_mhz_) return true;
  if (discarded_ < kMostDiscarded) {
    ++discarded_;
    return false;
  }
  is_throttled_ = true;
  return true;
}

double relative_slope(std::span<const double> values) {
  if (values.size() < 2) return 0;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      slopes.push_back((values[j] - values[i]) / static_cast<double>(j - i));
    }
  }
  const double centre = median(values);
  return centre > 0 ? median(slopes) / centre : 0;
}

double relative_half_width(std::span<const double> samples) {
  const double centre = samples.empty() ? 0 : median(samples);
  if (samples.size() < kSmallestInterval || centre <= 0) {
    return std::numeric_limits<double>::infinity();
  }
  const Interval interval = median_interval(samples);
  return (interval.high - interval.low) / 2 / centre;
}

bool noise_has_settled(std::span<const double> samples) {
  if (samples.size() < kSettlingSamples) return false;
  constexpr std::size_t kPrefixes = 9;  // of n/2, n/2 + n/16, ... n
  std::vector<double> noise;
  for (std::size_t k = 0; k < kPrefixes; ++k) {
    const auto prefix = samples.first(samples.size() * (8 + k) / 16);
    const double centre = median(prefix);
    if (centre <= 0) return true;
    noise.push_back((quantile(prefix, 0.75) - quantile(prefix, 0.25)) / centre);
  }
  const double mean = std::accumulate(noise.begin(), noise.end(), 0.0) / kPrefixes;
  double squares = 0;
  for (const double value : noise) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / kPrefixes) <= kSettledNoise * mean;
}

StopRule::Decision StopRule::decide(std::span<const double> samples, double elapsed_s) const {
  const bool is_capped = elapsed_s >= profile_.cap_s;
  if (static_cast<std::int64_t>(samples.size()) < profile_.min_samples ||
      elapsed_s < profile_.min_s) {
    return is_capped ? Decision::kCapped : Decision::kContinue;
  }
  const double half_width = relative_half_width(samples);
  if (half_width <= profile_.target_half_width) return Decision::kResolved;
  if (is_capped) return Decision::kCapped;
  // The interval narrows with the square root of the number of samples, and so of the time.
  const double excess = half_width / profile_.target_half_width;
  const bool would_reach_target = elapsed_s * excess * excess < profile_.cap_s;
  if (!would_reach_target && noise_has_settled(samples)) return Decision::kPlateau;
  return Decision::kContinue;
}

}  // namespace yardstick
