#pragma once

#include "runners/profile/operator_recorder.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace yardstick {

// An operator with the module it belongs to and what a step spends in it.
struct OperatorCost {
  std::string name;  // "aten::linear"
  std::string path;  // of its module
  StepPhase phase = StepPhase::kForward;
  double seconds = 0;  // median over the timed steps
  std::int64_t macs = 0;
  std::int64_t allocated_bytes = 0;
};

struct ModuleCost {
  double forward_s = 0;
  double backward_s = 0;
  double update_s = 0;
  std::int64_t operators = 0;  // calls
  std::int64_t macs = 0;
  std::int64_t allocated_bytes = 0;  // sum over the calls, not at one time

  double seconds() const { return forward_s + backward_s + update_s; }
  ModuleCost& operator+=(const ModuleCost& other);
};

struct ModuleNode {
  std::string name;  // within its parent; of several alike, the numbers: "0-11"
  std::string path;  // "" for the network
  std::int64_t modules = 1;
  ModuleCost self;   // its own operators'
  ModuleCost total;  // and those of all below; the sum of self and the children's totals
  std::vector<ModuleNode> children;  // in the order in which they first run
};

// Operators of the update belong to no module but to the network as a whole.
ModuleNode build_module_tree(std::span<const OperatorCost> operators);

// The same with each run of numbered neighbours that are built alike (the same modules below with
// the same operators and multiply-accumulates) made one node, whose costs are their sums.
ModuleNode merge_alike(const ModuleNode& tree);

}  // namespace yardstick
