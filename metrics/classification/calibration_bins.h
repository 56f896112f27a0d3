#pragma once

#include "metrics/statistics/interval.h"

#include <array>
#include <cstdint>

namespace yardstick {

// Confidence against accuracy in 15 bins of equal width (Naeini et al. 2015; Guo et al. 2017,
// arXiv 1706.04599, equation 3). A bin holds its upper edge, so confidence 1 is in the last.
class CalibrationBins {
 public:
  static constexpr std::size_t kCount = 15;

  // Requires 0 < confidence <= 1.
  void add(double confidence, bool is_correct);
  void merge(const CalibrationBins& other);

  std::int64_t samples() const;

  // The following require at least one sample.

  // Share-weighted mean of |accuracy - mean confidence|.
  double expected_error() const;
  // Interval for expected_error() of the population, deterministic and from the bins alone. With
  // the sign of every bin's gap held fixed the error is a mean over samples, which gives the normal
  // upper end. The estimate is biased upwards, because noise in a bin never cancels; the lower end
  // is lowered further by the bias that the gaps allow, each at its own 95 % lower bound.
  // Conservative: simulated coverage is 96 to 100 % for 100 to 10,000 samples, where the normal
  // interval alone covers as little as 2 % (a well calibrated model).
  Interval expected_error_interval(double confidence = 0.95) const;
  // Largest |accuracy - mean confidence| of a bin that is not empty.
  double maximum_error() const;
  // Root of the share-weighted mean of the squared gap.
  double rms_error() const;

 private:
  struct Bin {
    std::int64_t count = 0;
    double gap = 0;          // sum of (is_correct - confidence)
    double squared_gap = 0;  // sum of (is_correct - confidence)^2
  };
  std::array<Bin, kCount> bins_;
};

}  // namespace yardstick
