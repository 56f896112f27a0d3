#pragma once

#include <span>
#include <vector>

namespace yardstick {

// p values of many tests, adjusted: compare an adjusted one with the level as if it were alone.
// Same order as given; none outside [0, 1] or NaN, else std::logic_error; no tests give none.

// Bounds the chance of any false rejection, whatever the dependence (Holm 1979).
std::vector<double> holm(std::span<const double> p_values);

// Bounds the expected share of false rejections among the rejections, for independent or positively
// dependent tests (Benjamini & Hochberg 1995).
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace yardstick
