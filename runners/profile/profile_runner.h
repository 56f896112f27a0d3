#pragma once

#include "runners/job.h"
#include "runners/profile/module_profile.h"
#include "runners/profile/stage_profile.h"

#include <yardstick/objective.h>

#include <memory>
#include <vector>

namespace yardstick {

const ParamSchema& profile_settings();

struct ProfileJob {
  Subject subject;
  const Params& settings;           // of profile_settings()
  const ObjectiveEntry& objective;  // of training steps
  const Params& objective_params;
  BatchSource* source = nullptr;  // images to time the stages on; null: modules only
  std::vector<std::unique_ptr<Metric>> metrics = {};
};

struct Profile {
  ModuleProfile modules;
  std::vector<Stage> consumer;  // copy, forward, metric; empty without a source
};

// Where the time of the model's step goes: by module, on the source's first images or on image-like
// noise, and by stage where there is a source. The model's weights may have moved after training
// steps. LibTorch's errors pass, out of memory among them.
Profile profile(ProfileJob& job, const JobContext& context);

}  // namespace yardstick
