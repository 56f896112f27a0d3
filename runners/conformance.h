#pragma once

#include <yardstick/model.h>

#include <string>
#include <vector>

namespace yardstick {

struct ConformanceResult {
  std::string check;  // "builds", "output_shape", "finite", "batch_invariance", "determinism",
                      // "checkpoint_round_trip", "gradients", "half_precision"
  bool passed = false;
  std::string detail;  // what was found where it failed; one line
};

// What every registered model must satisfy, built-in or not. Never throws on a model's fault: a
// check that throws has failed.
std::vector<ConformanceResult> check_conformance(const ModelEntry& entry);

}  // namespace yardstick
