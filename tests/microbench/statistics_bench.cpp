#include "metrics/statistics/interval.h"

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

namespace yardstick {
namespace {

std::vector<double> step_times(std::int64_t count) {
  std::mt19937_64 generator(1);
  std::lognormal_distribution<double> distribution(-4.0, 0.1);
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = distribution(generator);
  return values;
}

void median_with_interval(benchmark::State& state) {
  const std::vector<double> values = step_times(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(median(values));
    benchmark::DoNotOptimize(median_interval(values));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(median_with_interval)->Arg(30)->Arg(1000)->Arg(100'000);

void wilson(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(wilson_interval(42'000, 50'000));
}
BENCHMARK(wilson);

}  // namespace
}  // namespace yardstick
