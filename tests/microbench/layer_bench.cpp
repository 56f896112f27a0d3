#include "models/hiera/hiera_block.h"
#include "models/layers/attention.h"
#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/patch_embed.h"
#include "models/layers/pos_embed.h"

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

// The second half of a block: x + mlp(norm(x)).
void norm_and_mlp(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  layers::LayerNorm norm({.width = kWidth});
  layers::Mlp mlp({.width = kWidth, .hidden = 4 * kWidth});
  set_parameters(norm);
  set_parameters(mlp);
  const at::Tensor tokens = at::randn({batch, kTokens, kWidth});
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokens + mlp.forward(norm.forward(tokens), {}));
  }
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(norm_and_mlp)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

// Hiera-B at 224 px in its first stage: 56 x 56 tokens in mask units of 8 x 8.
void mask_unit_attention(benchmark::State& state) {
  const std::int64_t batch = state.range(0);
  MaskUnitAttention attention({.width_in = 96, .width_out = 96, .heads = 1, .window = 64});
  set_parameters(attention);
  const at::Tensor tokens = at::randn({batch, 56 * 56, 96});
  for (auto _ : state) benchmark::DoNotOptimize(attention.forward(tokens, {}));
  state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(mask_unit_attention)->Arg(1)->Arg(8)->Unit(benchmark::kMillisecond);

// From 224 px to 384 px.
void pos_embed_resize(benchmark::State& state) {
  const at::Tensor pos_embed = at::randn({1, kTokens, kWidth});
  for (auto _ : state) {
    benchmark::DoNotOptimize(layers::resize_pos_embed(pos_embed, /*prefix_tokens=*/1, {24, 24}));
  }
}
BENCHMARK(pos_embed_resize)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yardstick
