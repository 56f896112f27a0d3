#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace yardstick {

// The numbers of measurement protocol 1 (docs/measuring.md). The profile's name is stored with each
// row; rows of different profiles are not compared.
struct ProtocolProfile {
  std::string name;
  std::int64_t warmup_min_steps = 10;
  double warmup_min_s = 2;
  double warmup_cap_s = 20;
  double warmup_max_slope = 1e-3;  // relative change of the step time a step
  std::int64_t min_samples = 30;
  double min_s = 1;
  double cap_s = 15;
  double target_half_width = 5e-3;  // of the median's 95 % interval, relative
  double energy_idle_s = 2;         // idle baseline before energy is measured
  double energy_s = 5;              // of steady steps
};

// "default", "publish", "smoke", "test"; throws User on another.
ProtocolProfile protocol_profile(const std::string& name);
std::vector<std::string> protocol_profile_names();

// Decides when a device is warm. Feed it every warm-up step, in order.
class WarmupRule {
 public:
  explicit WarmupRule(const ProtocolProfile& profile) : profile_(profile) {}

  struct Step {
    double elapsed_s = 0;  // from the start of the warm-up to the end of this step
    double step_s = 0;
    std::int64_t allocator_segments = 0;
    std::optional<double> clock_mhz;  // where it was read
  };
  enum class State { kWarming, kWarm, kCapped };

  // kWarm once all hold: enough steps and time; no new allocator segment in the last 5 steps; the
  // slope of the last 10 step times below the limit; the clock steady within 2 % over 1 s. kCapped
  // where that did not come in time.
  State add(const Step& step);

 private:
  bool has_steady_allocator() const;
  bool has_steady_time() const;
  bool has_steady_clock() const;

  struct ClockReading {
    double elapsed_s = 0;
    double mhz = 0;
  };

  ProtocolProfile profile_;
  std::vector<Step> steps_;
  std::vector<ClockReading> clock_;
};

// Change of `values` a step, relative to their median: the median slope over all pairs (Theil-Sen),
// which one outlier cannot tilt. 0 for fewer than two values.
double relative_slope(std::span<const double> values);

// Decides when there are enough samples. Both are pure functions of what was measured.
class StopRule {
 public:
  explicit StopRule(const ProtocolProfile& profile) : profile_(profile) {}

  enum class Decision {
    kContinue,
    kResolved,  // the median's interval is as narrow as asked
    kPlateau,   // the noise has settled, and at this noise the cap comes before the target
    kCapped,    // the time is up
  };

  // `samples` so far, `elapsed_s` since the first began.
  Decision decide(std::span<const double> samples, double elapsed_s) const;

 private:
  ProtocolProfile profile_;
};

// Decides which samples a slowed clock spoils: those taken under 75 % of the default SM clock are
// discarded, at most 10; from then on they are kept, and the row is flagged. Feed it every timed
// step, in order.
class ClockRule {
 public:
  // Without a default clock everything is kept.
  explicit ClockRule(std::optional<double> default_mhz) : default_mhz_(default_mhz) {}

  // Whether a sample taken at `clock_mhz` (nothing: not known) counts.
  bool keeps(std::optional<double> clock_mhz);
  std::int64_t discarded() const { return discarded_; }
  // True once a slow sample was kept.
  bool is_throttled() const { return is_throttled_; }

 private:
  std::optional<double> default_mhz_;
  std::int64_t discarded_ = 0;
  bool is_throttled_ = false;
};

// Half of the 95 % interval of the median, relative to the median; infinite for fewer than 6
// values, which carry no such interval.
double relative_half_width(std::span<const double> samples);

// True where the noise estimate (interquartile range over median) of the growing series has itself
// settled: over the second half of the series it varies by less than 5 %. Needs 64 samples.
bool noise_has_settled(std::span<const double> samples);

}  // namespace yardstick
