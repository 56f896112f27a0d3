#pragma once

#include <yardstick/golden.h>

#include <map>
#include <string>
#include <vector>

namespace yardstick::test {

struct Tolerance {
  double atol = 0;
  double rtol = 0;
};

// One folder of tests/golden, ready for a family: what verify reads, without its checks.
struct GoldenFolder {
  GoldenCase golden;
  TensorMap weights;
  TensorMap outputs;                            // expected, without "out."
  TensorMap gradients;                          // expected, without "grad."
  std::map<std::string, Tolerance> tolerances;  // of outputs and gradients, by name
};

GoldenFolder read_golden(const std::string& folder);

// Folders with a case.json below tests/golden/<family>, and below $YARDSTICK_GOLDENS/<family> where
// that is set.
std::vector<std::string> golden_folders(const std::string& family);

// Largest |ours - theirs| / (atol + rtol |theirs|); infinite for another shape.
double share_of_tolerance(const at::Tensor& ours, const at::Tensor& theirs, Tolerance tolerance);

}  // namespace yardstick::test
