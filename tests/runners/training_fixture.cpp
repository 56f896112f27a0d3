#include "tests/runners/training_fixture.h"

#include "runners/objectives/builtin_objectives.h"

#include <yardstick/registry.h>

namespace yardstick::test {

void set_all(Params& params, const Settings& settings) {
  for (const auto& [name, value] : settings) {
    params.set_from_text(name, value, ParamOrigin::kFlag, "test");
  }
}

RunRecord Training::run(const std::string& folder, const Settings& settings, bool resume,
                        StopRequested stop) {
  Registrar registrar;
  register_builtin_objectives(registrar, [this](const std::string&, const std::string&) {
    return Teacher{make_tiny(Quirk::kNone, /*seed=*/9), teacher_sha256};
  });
  const ObjectiveEntry& entry =
      own_objective != nullptr
          ? *own_objective
          : registrar.objectives.get(is_masked ? "masked_autoencoding" : objective);
  Params objective_params(entry.schema);
  set_all(objective_params, objective_settings);
  Params params(train_settings());
  set_all(params, {{"epochs", "4"},
                   {"batch_size", "8"},
                   {"warmup_epochs", "1"},
                   {"workers", "1"},
                   {"threads", "1"},
                   {"checkpoint_every_epochs", "0"}});
  // As from a recipe, so that a test's base_lr, a flag, wins.
  params.set("lr", ParamValue(0.01), ParamOrigin::kConfigFile, "test");
  set_all(params, settings);

  const ModelEntry model_entry = is_masked ? tiny_masked_entry() : tiny_entry(quirk, diverges_at);
  const auto model = is_masked ? make_tiny_masked() : make_tiny(quirk, 1, diverges_at);
  TrainJob job{.subject = subject_of(*model, model_entry),
               .task = task,
               .data_root = "",
               .objective = entry,
               .objective_params = objective_params,
               .settings = params,
               .metrics = classification_metrics(),
               .output_dir = folder,
               .resume = resume};
  return train(job, bench.context(std::move(stop)));
}

void Training::run_straight_and_resumed(const std::string& straight, const std::string& stopped,
                                        const std::function<void()>& between) {
  const Settings settings = {{"accumulate", "2"}};
  run(straight, settings);
  between();
  run(stopped, settings, false, after(5));
  run(stopped, settings, true);
}

StopRequested Training::after(int steps) {
  return [left = steps]() mutable { return --left <= 0; };
}

}  // namespace yardstick::test
