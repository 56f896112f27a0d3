#pragma once

#include <functional>
#include <string>
#include <vector>

namespace yardstick::benchmark {

// Of the clock on the wall, and of this process's threads on a CPU: they differ where other
// processes want the machine too, and by waiting for the disk.
struct Seconds {
  double wall = 0;
  double cpu = 0;
};

Seconds seconds_of(const std::function<void()>& work);

// Lines of a Markdown table: the median with its 95 % interval, and the median time on a CPU.
void print_heading(const std::string& what);
void print_times(const std::string& what, const std::vector<Seconds>& times, const char* unit);
// Rates, without the last column.
void print_rates(const std::string& what, const std::vector<double>& rates);

}  // namespace yardstick::benchmark
