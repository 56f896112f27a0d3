// What token merging costs a block, by LibTorch's operators and by our kernels. Prints, and holds
// nothing to a limit: yardstick_tests_cuda --gtest_filter='TokenSpeedTest.*'

#include "models/layers/fused_merging.h"
#include "tests/cuda/gpu.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace yardstick::layers {
namespace {

using test::gpu;

struct Network {
  const char* name;
  std::int64_t batch;
  std::int64_t tokens;
  std::int64_t heads;
  std::int64_t width;  // of a head
  std::int64_t merges;
  int depth;
};

constexpr ProtectedTokens kClassToken{.first = 0, .count = 1};
// More inputs in turn than the cache holds, as the rest of a network would leave it.
constexpr int kInputs = 3;

struct Inputs {
  at::Tensor keys;  // within packed queries, keys and values
  at::Tensor x;
  at::Tensor size;
  TokenMatching matching;
};

Inputs random_inputs(const Network& network, std::int64_t tokens) {
  const auto options = at::TensorOptions(gpu()->device()).dtype(at::kBFloat16);
  Inputs inputs;
  inputs.keys =
      at::randn({network.batch, tokens, 3, network.heads, network.width}, options).select(2, 1);
  inputs.x = at::randn({network.batch, tokens, network.heads * network.width}, options);
  inputs.size = at::ones({network.batch, tokens}, options.dtype(at::kFloat));
  inputs.matching = match_keys(inputs.keys, network.merges, kClassToken);
  return inputs;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Microseconds of one call, on the device alone: a graph of many calls, replayed.
double device_us(const std::vector<Inputs>& inputs,
                 const std::function<void(const Inputs&)>& call) {
  constexpr int kCalls = 24;
  constexpr int kReplays = 15;
  std::string why_not;
  const auto graph = gpu()->capture(
      [&] {
        for (int i = 0; i < kCalls; ++i) call(inputs[static_cast<std::size_t>(i % kInputs)]);
      },
      why_not);
  if (graph == nullptr) {
    ADD_FAILURE() << why_not;
    return 0;
  }
  const auto timer = gpu()->make_timer();
  graph->replay();
  for (int i = 0; i < kReplays; ++i) {
    timer->start();
    graph->replay();
    timer->stop();
  }
  return median(timer->collect()) * 1e6 / kCalls;
}

// The same as called, with what the host needs to launch it.
double called_us(const std::vector<Inputs>& inputs,
                 const std::function<void(const Inputs&)>& call) {
  constexpr int kCalls = 60;
  constexpr int kRounds = 5;
  const auto timer = gpu()->make_timer();
  for (int round = 0; round <= kRounds; ++round) {
    if (round == 1) timer->collect();  // the first warms up
    timer->start();
    for (int i = 0; i < kCalls; ++i) call(inputs[static_cast<std::size_t>(i % kInputs)]);
    timer->stop();
  }
  return median(timer->collect()) * 1e6 / kCalls;
}

struct Costs {
  double match_chain = 0;
  double match_kernel = 0;
  double merge_chain = 0;
  double merge_kernel = 0;
};

using Measure = double (*)(const std::vector<Inputs>&, const std::function<void(const Inputs&)>&);

Costs costs_of(const Network& network, std::int64_t tokens, Measure measure) {
  std::vector<Inputs> inputs;
  for (int i = 0; i < kInputs; ++i) inputs.push_back(random_inputs(network, tokens));
  Costs costs;
  costs.match_chain = measure(inputs, [&](const Inputs& in) {
    bipartite_soft_matching(mean_keys(in.keys), network.merges, kClassToken);
  });
  costs.match_kernel =
      measure(inputs, [&](const Inputs& in) { match_keys(in.keys, network.merges, kClassToken); });
  costs.merge_chain =
      measure(inputs, [](const Inputs& in) { merge_wavg(in.x, in.size, in.matching); });
  costs.merge_kernel =
      measure(inputs, [](const Inputs& in) { merge_by_size(in.x, in.size, in.matching); });
  gpu()->release_cached_memory();
  return costs;
}

void print(const Network& network, std::int64_t tokens, const char* way, const Costs& costs) {
  const auto values = static_cast<double>(network.batch * network.heads * network.width);
  const auto count = static_cast<double>(tokens);
  constexpr double kBytes = 2;  // of a bfloat16
  const double read = values * count * kBytes;
  const double moved = values * (2 * count - static_cast<double>(network.merges)) * kBytes;
  std::printf("| %s | %lld | %lld | %lld | %s | %.1f | %.1f | %.0f | %.1f | %.1f | %.0f |\n",
              network.name, static_cast<long long>(network.batch), static_cast<long long>(tokens),
              static_cast<long long>(network.merges), way, costs.match_chain, costs.match_kernel,
              read / costs.match_kernel / 1e3, costs.merge_chain, costs.merge_kernel,
              moved / costs.merge_kernel / 1e3);
  std::fflush(stdout);
}

class TokenSpeedTest : public test::GpuTest {
 protected:
  void SetUp() override {
    GpuTest::SetUp();
    if (IsSkipped()) return;
    std::printf("bf16, microseconds a block; GB/s of the keys, and of tokens read and written\n");
    std::printf(
        "| network | batch | tokens | r | way | match, chain | match, kernel | GB/s | "
        "merge, chain | merge, kernel | GB/s |\n|");
    for (int i = 0; i < 11; ++i) std::printf(" --- |");
    std::printf("\n");
  }
};

TEST_F(TokenSpeedTest, ByBlock) {
  const c10::InferenceMode inference_mode;
  for (const Network& network : {
           Network{"ViT-B/16", 128, 197, 12, 64, 16, 12},
           Network{"ViT-B/16", 1, 197, 12, 64, 16, 12},
           Network{"ViT-L/16", 128, 197, 16, 64, 8, 24},
           Network{"ViT-L/16 512 px", 32, 1025, 16, 64, 42, 24},
           Network{"ViT-H/14 518 px", 32, 1370, 16, 80, 40, 32},
           Network{"ViT-H/14 518 px", 1, 1370, 16, 80, 40, 32},
       }) {
    print(network, network.tokens, "graph", costs_of(network, network.tokens, device_us));
  }
  const Network small{"ViT-B/16", 128, 197, 12, 64, 16, 12};
  print(small, small.tokens, "called", costs_of(small, small.tokens, called_us));
}

// All blocks of a network, each with what the last one left.
TEST_F(TokenSpeedTest, ByNetwork) {
  const c10::InferenceMode inference_mode;
  for (const Network& network : {Network{"ViT-B/16", 128, 197, 12, 64, 16, 12},
                                 Network{"ViT-L/16", 128, 197, 16, 64, 8, 24}}) {
    Costs sum;
    std::int64_t tokens = network.tokens;
    for (int block = 0; block < network.depth; ++block) {
      const Costs costs = costs_of(network, tokens, device_us);
      if (block % 4 == 3) print(network, tokens, "graph", costs);
      sum.match_chain += costs.match_chain;
      sum.match_kernel += costs.match_kernel;
      sum.merge_chain += costs.merge_chain;
      sum.merge_kernel += costs.merge_kernel;
      tokens -= bipartite_split(tokens, network.merges, kClassToken).merges;
    }
    std::printf("%s, %d blocks together: match %.0f -> %.0f, merge %.0f -> %.0f\n", network.name,
                network.depth, sum.match_chain, sum.match_kernel, sum.merge_chain,
                sum.merge_kernel);
  }
}

}  // namespace
}  // namespace yardstick::layers
