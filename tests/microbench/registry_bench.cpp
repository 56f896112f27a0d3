#include <yardstick/registry.h>

#include <benchmark/benchmark.h>

#include <string>

namespace yardstick {
namespace {

constexpr int kModels = 500;

std::string model_name(int index) { return concat("family", index % 20, "_size", index, "_224"); }

void fill(Registrar& registrar) {
  for (int i = 0; i < kModels; ++i) {
    ModelEntry entry;
    entry.name = model_name(i);
    registrar.add(std::move(entry));
  }
}

void registry_fill(benchmark::State& state) {
  for (auto _ : state) {
    Registrar registrar;
    fill(registrar);
    benchmark::DoNotOptimize(registrar);
  }
  state.SetItemsProcessed(state.iterations() * kModels);
}
BENCHMARK(registry_fill);

void registry_lookup(benchmark::State& state) {
  Registrar registrar;
  fill(registrar);
  const std::string name = model_name(kModels / 2);
  for (auto _ : state) benchmark::DoNotOptimize(registrar.models.find(name));
}
BENCHMARK(registry_lookup);

void registry_glob(benchmark::State& state) {
  Registrar registrar;
  fill(registrar);
  for (auto _ : state) benchmark::DoNotOptimize(registrar.models.list("family7_*_224"));
}
BENCHMARK(registry_glob);

void registry_nearest_name(benchmark::State& state) {
  Registrar registrar;
  fill(registrar);
  const auto names = registrar.models.names();
  for (auto _ : state) benchmark::DoNotOptimize(suggestion("famly7_size107_224", names));
}
BENCHMARK(registry_nearest_name);

}  // namespace
}  // namespace yardstick
