#include "metrics/classification/calibration_bins.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace yardstick {
namespace {

constexpr double upper_edge(std::size_t bin) {
  return static_cast<double>(bin + 1) / static_cast<double>(CalibrationBins::kCount);
}

std::size_t bin_of(double confidence) {
  // The product may round across an edge; the edges themselves decide.
  auto bin = static_cast<std::size_t>(confidence * CalibrationBins::kCount);
  bin = std::min(bin, CalibrationBins::kCount - 1);
  if (bin > 0 && confidence <= upper_edge(bin - 1)) --bin;
  if (confidence > upper_edge(bin)) ++bin;
  return bin;
}

// E|X| - |mean| of a normal X with this mean (not negative) and deviation.
double absolute_value_bias(double mean, double deviation) {
  if (deviation == 0) return 0;
  const double ratio = mean / deviation;
  const double density = std::exp(-ratio * ratio / 2) * std::sqrt(2 / std::numbers::pi);
  const double tail = std::erfc(ratio / std::numbers::sqrt2);
  return deviation * density - mean * tail;
}

}  // namespace

void CalibrationBins::add(double confidence, bool is_correct) {
  Bin& bin = bins_[bin_of(confidence)];
  const double gap = (is_correct ? 1.0 : 0.0) - confidence;
  ++bin.count;
  bin.gap += gap;
  bin.squared_gap += gap * gap;
}

void CalibrationBins::merge(const CalibrationBins& other) {
  for (std::size_t i = 0; i < kCount; ++i) {
    bins_[i].count += other.bins_[i].count;
    bins_[i].gap += other.bins_[i].gap;
    bins_[i].squared_gap += other.bins_[i].squared_gap;
  }
}

std::int64_t CalibrationBins::samples() const {
  std::int64_t total = 0;
  for (const Bin& bin : bins_) total += bin.count;
  return total;
}

double CalibrationBins::expected_error() const {
  double sum = 0;
  for (const Bin& bin : bins_) sum += std::abs(bin.gap);
  return sum / static_cast<double>(samples());
}

Interval CalibrationBins::expected_error_interval(double confidence) const {
  const double n = static_cast<double>(samples());
  const double error = expected_error();
  const double z = normal_quantile(0.5 + confidence / 2);

  double squares = 0;
  double bias = 0;
  for (const Bin& bin : bins_) {
    squares += bin.squared_gap;
    const double deviation = std::sqrt(bin.squared_gap) / n;
    bias += absolute_value_bias(std::max(0.0, std::abs(bin.gap) / n - z * deviation), deviation);
  }
  const double variance = std::max(0.0, squares / n - error * error) / n;
  const Interval mean = normal_interval(error, std::sqrt(variance), confidence);
  return {std::max(0.0, mean.low - bias), std::min(1.0, mean.high)};
}

double CalibrationBins::maximum_error() const {
  double largest = 0;
  for (const Bin& bin : bins_) {
    if (bin.count > 0) {
      largest = std::max(largest, std::abs(bin.gap) / static_cast<double>(bin.count));
    }
  }
  return largest;
}

double CalibrationBins::rms_error() const {
  double sum = 0;
  for (const Bin& bin : bins_) {
    if (bin.count > 0) sum += bin.gap * bin.gap / static_cast<double>(bin.count);
  }
  return std::sqrt(sum / static_cast<double>(samples()));
}

}  // namespace yardstick
