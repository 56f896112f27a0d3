#pragma once

#include <functional>
#include <string>
#include <vector>

namespace yardstick::benchmark {

double seconds_of(const std::function<void()>& work);

// One line of a Markdown table: the median of `values` with its 95 % interval.
void print_heading(const std::string& what);
void print_figure(const std::string& what, const std::vector<double>& values,
                  const std::string& unit);

}  // namespace yardstick::benchmark
