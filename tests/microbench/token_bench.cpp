#include "models/layers/fused_merging.h"

#include <ATen/ATen.h>

#include <benchmark/benchmark.h>

namespace yardstick {
namespace {

// The first block of ViT-B/16 at 224 px with ToMe's r = 16; items are images.
constexpr std::int64_t kTokens = 197;
constexpr std::int64_t kHeads = 12;
constexpr std::int64_t kHeadWidth = 64;
constexpr std::int64_t kMerges = 16;
constexpr layers::ProtectedTokens kClassToken{.first = 0, .count = 1};

at::Tensor keys_of(std::int64_t batch) {
  return at::randn({batch, kTokens, 3, kHeads, kHeadWidth}).select(2, 1);
}

void token_matching(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  const at::Tensor keys = keys_of(batch);
  for (auto _ : state) {
    benchmark::DoNotOptimize(layers::match_keys(keys, kMerges, kClassToken));
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(token_matching)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

void token_merging(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  const auto matching = layers::match_keys(keys_of(batch), kMerges, kClassToken);
  const at::Tensor x = at::randn({batch, kTokens, kHeads * kHeadWidth});
  const at::Tensor size = at::ones({batch, kTokens});
  for (auto _ : state) benchmark::DoNotOptimize(layers::merge_by_size(x, size, matching));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(token_merging)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

// Which patches each token holds, for pictures.
void source_merging(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  const auto matching = layers::match_keys(keys_of(batch), kMerges, kClassToken);
  const at::Tensor source = layers::unit_source(at::zeros({batch, kTokens, 1})).contiguous();
  for (auto _ : state) benchmark::DoNotOptimize(layers::merge_source(source, matching));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(source_merging)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yardstick
