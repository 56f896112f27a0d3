#include "metrics/classification/classification_metric.h"

#include <ATen/ATen.h>

#include <benchmark/benchmark.h>

namespace yardstick {
namespace {

// Items are samples.
void classification_update(benchmark::State& state) {
  const std::int64_t samples = 64;
  const std::int64_t classes = state.range(0);
  const ModelOutput output{.logits = at::randn({samples, classes}) * 3, .features = {}};
  const Batch batch{.input = {},
                    .targets = at::arange(samples, at::kLong).remainder(classes),
                    .indices = at::arange(samples, at::kLong)};
  ClassificationMetric metric;
  for (auto _ : state) {
    metric.update(output, batch);
    state.PauseTiming();
    metric.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * samples);
}
BENCHMARK(classification_update)->Arg(10)->Arg(1000)->Arg(21'841);

void classification_compute(benchmark::State& state) {
  ClassificationMetric metric;
  metric.update(
      {.logits = at::randn({5000, 1000}), .features = {}},
      {.input = {}, .targets = at::arange(5000, at::kLong).remainder(1000), .indices = {}});
  for (auto _ : state) benchmark::DoNotOptimize(metric.compute());
}
BENCHMARK(classification_compute);

}  // namespace
}  // namespace yardstick
