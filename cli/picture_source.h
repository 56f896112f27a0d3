#pragma once

#include "cli/run_setup.h"
#include "cli/sources.h"
#include "cli/subject_plan.h"

#include <yardstick/params.h>

#include <ATen/core/Tensor.h>

#include <string>

namespace yardstick::cli {

// Adds "count" and "seed", which say which images are drawn.
void declare_picture_choice(ParamSchema& schema, const std::string& seed_help);

// The option `paths` of a command, an image or a folder of them, else --task or the weights' own
// task. Throws User where both are given or neither.
TaskChoice choose_pictures(const Sources& sources, const std::string& paths,
                           const SubjectPlan& plan, Context& context);

// "count" images, drawn by "seed", as the plan's model takes them: [N, 3, H, W], or clips
// [N, 3, T, H, W] in which each stands still. Throws Data where there are none.
at::Tensor read_pictures(const TaskChoice& choice, const SubjectPlan& plan, const Params& settings,
                         const ModelInfo& info);

}  // namespace yardstick::cli
