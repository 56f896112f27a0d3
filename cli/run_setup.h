#pragma once

#include "cli/choices.h"
#include "cli/context.h"
#include "cli/resolved_spec.h"
#include "cli/sources.h"
#include "cli/subject_plan.h"

#include <yardstick/metric.h>
#include <yardstick/params.h>
#include <yardstick/task.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace yardstick::cli {

// A task by name, with its origin for the record. Throws User where none is named.
struct TaskChoice {
  const TaskEntry* entry = nullptr;
  Sourced name;
  Sourced data_root;  // text "": what ships with the task
};
TaskChoice choose_task(const Sources& sources, const std::string& fallback, Context& context);

// The number of classes of a task: as it declares, or as many as its data has.
std::int64_t count_classes(const TaskChoice& choice, const Task& task, const Params& settings);

// --objective with its parameters, supervised without one. Throws User as choose() does.
struct ObjectiveChoice {
  const ObjectiveEntry* entry = nullptr;
  Params params;
  Sourced name;

  void describe(ResolvedSpec& spec) const;
};
ObjectiveChoice choose_objective(const Sources& sources, Context& context);

// A fresh metric for each name that the task lists.
std::vector<std::unique_ptr<Metric>> build_metrics(const Task& task, const Registrar& registrar);

// --seed-init: seed of the random initial weights. Without the option it comes from the setting
// "seed" where the command has one.
Option init_seed_option();
std::uint64_t init_seed(const Sources& sources, const Params& settings, ResolvedSpec& spec);

// True where --dry-run was given: then the specification is printed.
bool printed_dry_run(const CommandLine& line, const ResolvedSpec& spec, Context& context);

}  // namespace yardstick::cli
