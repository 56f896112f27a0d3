#pragma once

#include "runners/tensor_compare.h"

#include <yardstick/golden.h>

#include <map>
#include <string>

namespace yardstick {

// A golden case read from its folder, with what it expects.
struct LoadedCase {
  GoldenCase golden;
  TensorMap weights;
  TensorMap expected;                           // "out.<name>", "grad.<key>"
  std::map<std::string, Tolerance> tolerances;  // by the same names
};

// Reads case.json, weights.safetensors and io.safetensors of `folder` and checks them against one
// another: every declared tensor is there with the declared shape. Throws Data.
LoadedCase load_golden_case(const std::string& folder);

// name and family alone, for a case that cannot be loaded; "" where even those are missing.
struct CaseIdentity {
  std::string name;
  std::string family;
};
CaseIdentity identify_golden_case(const std::string& folder);

}  // namespace yardstick
