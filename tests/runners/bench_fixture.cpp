#include "tests/runners/bench_fixture.h"

#include "runners/objectives/builtin_objectives.h"

namespace yardstick::test {

RunRecord Bench::run(const std::vector<std::pair<std::string, std::string>>& settings,
                     std::int64_t batch_size, StopRequested stop) {
  if (model == nullptr) model = make_tiny(quirk);
  Params params(bench_settings());
  params.set_from_text("profile", "test", ParamOrigin::kFlag, "test");
  params.set_from_text("threads", "1", ParamOrigin::kFlag, "test");
  for (const auto& [name, value] : settings) {
    params.set_from_text(name, value, ParamOrigin::kFlag, "test");
  }
  Registrar registrar;
  register_builtin_objectives(registrar, /*load_teacher=*/{});
  const ObjectiveEntry& objective = registrar.objectives.get("supervised");
  const Params objective_params(objective.schema);
  BenchJob job{.subject = subject_of(*model, tiny_entry(quirk)),
               .settings = params,
               .objective = objective,
               .objective_params = objective_params,
               .batch_size = batch_size,
               .images = images};
  return yardstick::bench(job, bench.context(std::move(stop)));
}

}  // namespace yardstick::test
