#include "models/layers/attention.h"
#include "models/layers/patch_embed.h"

#include <ATen/ATen.h>

#include <benchmark/benchmark.h>

namespace yardstick {
namespace {

constexpr std::int64_t kWidth = 768;  // ViT-B/16 at 224 px: 12 heads, 196 patches and a class token
constexpr std::int64_t kHeads = 12;
constexpr std::int64_t kTokens = 197;

void set_parameters(torch::nn::Module& module) {
  module.eval();
  for (at::Tensor& parameter : module.parameters()) {
    parameter.requires_grad_(false).normal_(0, 0.02);
  }
}

// Items are images.
void attention_core(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  const at::Tensor packed = at::randn({batch, kTokens, 3, kHeads, kWidth / kHeads});
  const at::Tensor q = packed.select(2, 0);
  const at::Tensor k = packed.select(2, 1);
  const at::Tensor v = packed.select(2, 2);
  for (auto _ : state) benchmark::DoNotOptimize(layers::attend(q, k, v));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(attention_core)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

void attention_layer(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  layers::Attention attention({.width = kWidth, .heads = kHeads});
  set_parameters(attention);
  const at::Tensor tokens = at::randn({batch, kTokens, kWidth});
  for (auto _ : state) benchmark::DoNotOptimize(attention.forward(tokens, {}));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(attention_layer)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

void patch_embedding(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  layers::PatchEmbed embed(
      {.width = kWidth, .kernel = {16, 16}, .stride = {16, 16}, .padding = {0, 0}});
  set_parameters(embed);
  const at::Tensor images = at::randn({batch, 3, 224, 224});
  for (auto _ : state) benchmark::DoNotOptimize(embed.forward(images, {}));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(patch_embedding)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yardstick
