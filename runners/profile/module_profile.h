#pragma once

#include "runners/mac_counter.h"
#include "runners/profile/module_tree.h"

#include <yardstick/run.h>

#include <cstdint>
#include <vector>

namespace yardstick {

// Where the time of a step goes, module by module.
struct ModuleProfile {
  ModuleNode tree;
  std::vector<OperatorCost> operators;  // in the order in which they ran
  std::vector<OperatorSpan> spans;      // theirs, in the timed step of median length
  MacCount macs;                        // of the step, with what has no rule
  // Outside of all operators: the sum of the median gaps between one and the next.
  double between_operators_s = 0;
  double step_s = 0;        // median, while each operator is timed
  double plain_step_s = 0;  // median of the same step untouched, measured in turn
  std::int64_t steps = 0;   // of each kind

  // A step without the disturbances that medians leave out.
  double undisturbed_s() const { return tree.total.seconds() + between_operators_s; }
};

struct ModuleProfileOptions {
  std::int64_t warmup_steps = 3;
  std::int64_t steps = 20;
};

// Profiles `step`, which runs `module`. A step that is to be stopped ends the profile early with
// the steps there are, at least one. Throws User where the step calls other operators each time.
ModuleProfile profile_modules(torch::nn::Module& module, const ProfiledStep& step,
                              const ModuleProfileOptions& options, DeviceBackend& device,
                              ProgressListener& progress, const StopRequested& stop);

}  // namespace yardstick
