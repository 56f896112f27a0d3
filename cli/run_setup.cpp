#include "cli/run_setup.h"

#include "runners/numerics.h"

#include <yardstick/error.h>

namespace yardstick::cli {

TaskChoice choose_task(const Sources& sources, const std::string& fallback, Context& context) {
  auto given = sources.text("task");
  if (!given && !fallback.empty()) given = Sourced{fallback, ParamOrigin::kDefault, "weights file"};
  if (!given) throw_user("no task is named", "give --task; `yardstick list tasks` shows them");
  return {&context.registrar().tasks.get(given->text), *given, sources.text_or("data", "")};
}

std::int64_t count_classes(const TaskChoice& choice, const Task& task, const Params& settings) {
  if (task.info().classes > 0) return task.info().classes;
  DataRequest request;
  request.root = choice.data_root.text;
  request.split = Split::kTrain;
  request.class_index = settings.get<std::string>("class_index");
  return static_cast<std::int64_t>(task.open(request)->class_names().size());
}

ObjectiveChoice choose_objective(const Sources& sources, Context& context) {
  Sourced name = sources.text_or("objective", "supervised");
  Choice<ObjectiveEntry> choice = choose(context.registrar().objectives, name);
  return {choice.entry, std::move(choice.params), std::move(name)};
}

void ObjectiveChoice::describe(ResolvedSpec& spec) const {
  spec.add("objective", ParamValue(entry->name), std::string(to_string(name.origin)));
  spec.add(params, "objective.");
}

std::vector<std::unique_ptr<Metric>> build_metrics(const Task& task, const Registrar& registrar) {
  std::vector<std::unique_ptr<Metric>> metrics;
  for (const std::string& name : task.info().metrics) {
    metrics.push_back(registrar.metrics.get(name).build());
  }
  return metrics;
}

Option init_seed_option() {
  return {.name = "seed-init",
          .value = "N",
          .help = "seed of the random initial weights; -1: from seed",
          .fallback = "-1"};
}

std::uint64_t init_seed(const Sources& sources, const Params& settings, ResolvedSpec& spec) {
  // The runners derive the first seeds of "seed" for data and model.
  constexpr std::uint64_t kInitIndex = 16;
  ParamSchema schema;
  schema.integer("seed_init", -1, "", -1);
  Params own(schema);
  sources.apply(own);
  spec.add(own);
  const auto chosen = own.get<std::int64_t>("seed_init");
  if (chosen >= 0) return static_cast<std::uint64_t>(chosen);
  const auto seed = settings.has("seed") ? settings.get<std::int64_t>("seed") : 0;
  return derive_seed(static_cast<std::uint64_t>(seed), kInitIndex);
}

bool printed_dry_run(const CommandLine& line, const ResolvedSpec& spec, Context& context) {
  if (!line.has("dry-run")) return false;
  context.out() << (line.has("json") ? spec.to_json() : spec.to_text());
  return true;
}

}  // namespace yardstick::cli
