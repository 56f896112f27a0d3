#include "tests/results_benchmark/measure.h"

#include "metrics/statistics/interval.h"

#include <yardstick/error.h>

#include <time.h>

#include <chrono>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace yardstick::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

std::string rounded(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(value >= 100 ? 0 : value >= 10 ? 1 : 2) << value;
  return text.str();
}

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

void print_line(const std::string& what, const std::vector<double>& values, const std::string& unit,
                const std::string& cpu) {
  const Interval interval = median_interval(values);
  std::cout << "| " << what << " | " << rounded(median(values)) << ' ' << unit << " | "
            << rounded(interval.low) << " to " << rounded(interval.high) << " | " << cpu << " | "
            << values.size() << " |\n"
            << std::flush;
}

}  // namespace

Seconds seconds_of(const std::function<void()>& work) {
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  work();
  const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
  return {wall, cpu_seconds() - cpu};
}

void print_heading(const std::string& what) {
  std::cout << "\n| " << what
            << " | median | 95 % interval | of a CPU | n |\n|---|---:|---:|---:|---:|\n"
            << std::flush;
}

void print_times(const std::string& what, const std::vector<Seconds>& times, const char* unit) {
  const double factor = std::string(unit) == "ms" ? 1e3 : 1;
  std::vector<double> wall, cpu;
  for (const Seconds& time : times) {
    wall.push_back(factor * time.wall);
    cpu.push_back(factor * time.cpu);
  }
  print_line(what, wall, unit, concat(rounded(median(cpu)), ' ', unit));
}

void print_rates(const std::string& what, const std::vector<double>& rates) {
  print_line(what, rates, "runs/s", "");
}

}  // namespace yardstick::benchmark
