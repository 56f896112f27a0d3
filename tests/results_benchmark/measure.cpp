#include "tests/results_benchmark/measure.h"

#include "metrics/statistics/interval.h"

#include <chrono>
#include <iomanip>
#include <iostream>

namespace yardstick::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

std::string rounded(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(value >= 100 ? 0 : value >= 10 ? 1 : 2) << value;
  return text.str();
}

}  // namespace

double seconds_of(const std::function<void()>& work) {
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print_heading(const std::string& what) {
  std::cout << "\n| " << what << " | median | 95 % interval | n |\n|---|---:|---:|---:|\n"
            << std::flush;
}

void print_figure(const std::string& what, const std::vector<double>& values,
                  const std::string& unit) {
  const Interval interval = median_interval(values);
  std::cout << "| " << what << " | " << rounded(median(values)) << ' ' << unit << " | "
            << rounded(interval.low) << " to " << rounded(interval.high) << " | " << values.size()
            << " |\n"
            << std::flush;
}

}  // namespace yardstick::benchmark
