#include "models/layers/reversible.h"

#include "tests/models/reversible_fixture.h"
#include "tests/support/throws_error.h"

#include <yardstick/random_draws.h>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <torch/csrc/autograd/autograd.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace yardstick {
namespace {

using layers::ReversibleBackward;
using layers::Streams;
using layers::TapScope;
using test::Blocks;
using test::collect;
using test::distance;
using test::expect_equal;
using test::Gradients;
using test::gradients_of;
using test::kAutograd;
using test::kBatch;
using test::kRecompute;
using test::loss_of;
using test::make_blocks;
using test::parameters_of;
using test::random_streams;
using test::run;
using test::ThrowsError;
using testing::HasSubstr;

// Bytes that LibTorch's CPU allocator has handed out on this thread since it was made.
class Allocations final : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void* pointer, std::int64_t bytes, std::size_t, std::size_t,
                         c10::Device) override {
    if (bytes > 0) {
      live_[pointer] = bytes;
    } else if (live_.erase(pointer) == 0) {
      return;
    }
    held += bytes;
    peak = std::max(peak, held);
  }
  bool memoryProfilingEnabled() const override { return true; }

  std::int64_t held = 0;
  std::int64_t peak = 0;

 private:
  std::unordered_map<void*, std::int64_t> live_;
};

struct Memory {
  std::int64_t held = 0;  // between the passes
  std::int64_t peak = 0;  // of both
};

// Of a step that wants no gradient of a parameter, so that none takes memory.
Memory memory_of_step(std::int64_t depth, ReversibleBackward backward, bool trains = true) {
  const Blocks blocks = make_blocks(depth);
  for (const auto& block : blocks) {
    block->train(trains);
    for (at::Tensor& parameter : block->parameters()) parameter.set_requires_grad(false);
  }
  const Streams x = random_streams();
  const auto allocations = std::make_shared<Allocations>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, allocations);
  Memory memory;
  {
    const at::Tensor loss = loss_of(run(blocks, x, backward));
    memory.held = allocations->held;
    loss.backward();
  }
  memory.peak = allocations->peak;
  return memory;
}

TEST(ReversibleTest, GradientsEqualOrdinaryAutogradInDouble) {
  const Blocks blocks = make_blocks(8);
  const Streams x = random_streams();

  expect_equal(gradients_of(blocks, x, kRecompute), gradients_of(blocks, x, kAutograd), 1e-10);
}

TEST(ReversibleTest, AddsTheGradientsOfBothHalvesWhereTheStreamsStartEqual) {
  const Blocks blocks = make_blocks(3);
  const at::Tensor x = random_streams().first;

  expect_equal(gradients_of(blocks, {x, x}, kRecompute), gradients_of(blocks, {x, x}, kAutograd),
               1e-10);
}

TEST(ReversibleTest, ComputesTheTwoEquations) {
  const Blocks blocks = make_blocks(1);
  const Streams x = random_streams();

  const Streams y = run(blocks, x, kRecompute);

  const at::Tensor first = x.first + blocks[0]->f().forward(x.second, TapScope());
  const at::Tensor second = x.second + blocks[0]->g().forward(first, TapScope());
  EXPECT_TRUE(at::allclose(y.first, first, 1e-12, 1e-12));
  EXPECT_TRUE(at::allclose(y.second, second, 1e-12, 1e-12));
}

TEST(ReversibleTest, HoldsTheSameMemoryAtAnyDepth) {
  const Memory shallow = memory_of_step(2, kRecompute);
  const Memory deep = memory_of_step(12, kRecompute);

  EXPECT_GT(shallow.held, 0);
  EXPECT_EQ(deep.held, shallow.held);
  EXPECT_LE(static_cast<double>(deep.peak), 1.05 * static_cast<double>(shallow.peak));
}

TEST(ReversibleTest, HoldsEveryActivationWithOrdinaryAutogradAndInEvaluation) {
  const std::int64_t shallow = memory_of_step(2, kAutograd).held;

  EXPECT_GT(memory_of_step(12, kAutograd).held, 4 * shallow);
  EXPECT_GT(memory_of_step(12, kRecompute, /*trains=*/false).held, 4 * shallow);
}

// Drops sample i of the n-th draw where (i + n) is a multiple of 3.
class EveryThird final : public RandomDraws {
 public:
  at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape, c10::Device) override {
    EXPECT_EQ(purpose, "drop_path");
    at::Tensor numbers = at::full(shape, 0.999, at::kFloat);
    for (std::int64_t i = 0; i < shape[0]; ++i) {
      if ((i + draws) % 3 == 0) numbers[i] = 0.0;
    }
    ++draws;
    return numbers;
  }
  double uniform(std::string_view) override { return 0; }

  std::int64_t draws = 0;
};

TEST(ReversibleTest, ReplaysTheDropPathOfTheRunsDraws) {
  const Blocks blocks = make_blocks(5, /*drop_path=*/0.4);
  const Streams x = random_streams();
  const auto gradients = [&](ReversibleBackward backward) {
    EveryThird draws;
    at::Tensor loss;
    {
      const DrawsScope scope(draws);
      loss = loss_of(run(blocks, x, backward));
    }
    loss.backward();  // with no scope to draw from
    EXPECT_EQ(draws.draws, 5);
    return collect(blocks, x);
  };

  expect_equal(gradients(kRecompute), gradients(kAutograd), 1e-10);
}

TEST(ReversibleTest, ReplaysTheDropPathOfTheDefaultGeneratorAndLeavesItAlone) {
  const Blocks blocks = make_blocks(5, /*drop_path=*/0.4);
  const Streams x = random_streams();
  const auto gradients = [&](ReversibleBackward backward) {
    at::manual_seed(5);
    const at::Tensor loss = loss_of(run(blocks, x, backward));
    const at::Tensor behind_forward = at::globalContext().defaultGenerator(at::kCPU).get_state();
    loss.backward();
    EXPECT_TRUE(
        at::equal(at::globalContext().defaultGenerator(at::kCPU).get_state(), behind_forward));
    return collect(blocks, x);
  };

  expect_equal(gradients(kRecompute), gradients(kAutograd), 1e-10);
}

TEST(ReversibleTest, DropsBothPathsOfASampleTogether) {
  const Blocks blocks = make_blocks(1, /*drop_path=*/0.4);
  const Streams x = random_streams();
  EveryThird draws;
  const DrawsScope scope(draws);

  const Streams y = run(blocks, x, kRecompute);

  for (std::int64_t i = 0; i < kBatch; ++i) {
    const bool is_dropped = i % 3 == 0;
    EXPECT_EQ(at::equal(y.first[i], x.first[i]), is_dropped);
    EXPECT_EQ(at::equal(y.second[i], x.second[i]), is_dropped);
  }
}

TEST(ReversibleTest, LeavesFrozenParametersAlone) {
  const Blocks blocks = make_blocks(4);
  const Streams x = random_streams();
  const auto freeze = [](const torch::nn::Module& module) {
    for (at::Tensor& parameter : module.parameters()) parameter.set_requires_grad(false);
  };
  freeze(blocks[0]->f());
  freeze(*blocks[1]);
  freeze(blocks[2]->g());

  const Gradients ours = gradients_of(blocks, x, kRecompute);

  expect_equal(ours, gradients_of(blocks, x, kAutograd), 1e-10);
  EXPECT_FALSE(ours.parameters.front().defined());
  EXPECT_TRUE(ours.parameters.back().defined());
}

TEST(ReversibleTest, TakesInputsThatAskForNoGradient) {
  const Blocks blocks = make_blocks(4);
  const Streams x = random_streams();
  for (const at::Tensor& stream : {x.first, x.second}) stream.set_requires_grad(false);
  for (at::Tensor& parameter : blocks[0]->parameters()) parameter.set_requires_grad(false);
  for (at::Tensor& parameter : blocks[1]->f().parameters()) parameter.set_requires_grad(false);

  expect_equal(gradients_of(blocks, x, kRecompute), gradients_of(blocks, x, kAutograd), 1e-10);
}

TEST(ReversibleTest, GivesOneGradientWhereOneIsAskedFor) {
  const Blocks blocks = make_blocks(4);
  const Streams x = random_streams();
  const at::Tensor weight = blocks[2]->g().parameters().back();
  const auto gradient = [&](ReversibleBackward backward) {
    return torch::autograd::grad({loss_of(run(blocks, x, backward))}, {weight});
  };

  EXPECT_LE(distance(gradient(kRecompute), gradient(kAutograd)), 1e-10);
  const Gradients accumulated = collect(blocks, x);
  EXPECT_TRUE(std::ranges::none_of(accumulated.parameters,
                                   [](const at::Tensor& found) { return found.defined(); }));
}

TEST(ReversibleTest, RunsTheHooksOfAParameterOnce) {
  const Blocks blocks = make_blocks(2);
  const Streams x = random_streams();
  const Gradients plain = gradients_of(blocks, x, kRecompute);
  at::Tensor weight = blocks[0]->parameters().front();
  int calls = 0;
  weight.register_hook([&calls](const at::Tensor& gradient) {
    ++calls;
    return gradient * 2;
  });

  const Gradients hooked = gradients_of(blocks, x, kRecompute);

  EXPECT_EQ(calls, 1);
  EXPECT_LE(distance({hooked.parameters.front()}, {plain.parameters.front() * 2}), 1e-12);
}

TEST(ReversibleTest, GoesBackTwiceThroughAGraphThatIsRetained) {
  const Blocks blocks = make_blocks(3);
  const Streams x = random_streams();
  const Gradients once = gradients_of(blocks, x, kRecompute);

  const at::Tensor loss = loss_of(run(blocks, x, kRecompute));
  loss.backward({}, /*retain_graph=*/true);
  loss.backward();
  const Gradients twice = collect(blocks, x);

  for (std::size_t i = 0; i < once.parameters.size(); ++i) {
    EXPECT_TRUE(at::allclose(twice.parameters[i], 2 * once.parameters[i], 1e-9, 1e-12));
  }
  EXPECT_ANY_THROW(loss.backward());
}

TEST(ReversibleTest, RefusesSecondDerivatives) {
  const Blocks blocks = make_blocks(2);
  const Streams x = random_streams();
  const at::Tensor loss = loss_of(run(blocks, x, kRecompute));

  EXPECT_THAT([&] { loss.backward({}, /*retain_graph=*/true, /*create_graph=*/true); },
              ThrowsError(ErrorKind::kUser, HasSubstr("cannot be differentiated")));
}

TEST(ReversibleTest, RefusesParametersThatChangedBeforeTheBackwardPass) {
  const Blocks blocks = make_blocks(2);
  const Streams x = random_streams();
  const at::Tensor loss = loss_of(run(blocks, x, kRecompute));
  {
    const at::NoGradGuard no_grad;
    blocks[1]->parameters().front().add_(1.0);
  }

  EXPECT_THAT([&] { loss.backward(); },
              ThrowsError(ErrorKind::kUser, HasSubstr("changed between")));
}

// Keeps what it sees with its graph.
class GraphTap final : public ActivationTap {
 public:
  void record(std::string_view name, const at::Tensor& value) override {
    seen.insert_or_assign(std::string(name), value);
  }
  std::map<std::string, at::Tensor> seen;
};

TEST(ReversibleTest, RecordsBothStreamsOfEachBlockByItsPlaceInTheList) {
  const Blocks blocks = make_blocks(2);
  const Streams x = random_streams();
  GraphTap tap;

  const Streams y = layers::run_reversible({.blocks = blocks, .first_index = 3}, x, TapScope(&tap));

  EXPECT_TRUE(at::equal(tap.seen.at("layers.4.y1"), y.first));
  EXPECT_TRUE(at::equal(tap.seen.at("layers.4.y2"), y.second));
  EXPECT_TRUE(tap.seen.contains("layers.3.y1"));
  EXPECT_TRUE(tap.seen.contains("layers.3.F.attn.proj"));
  EXPECT_TRUE(tap.seen.contains("layers.3.G.mlp.fc1"));
}

TEST(ReversibleTest, RefusesGradientsThatEnterBetweenBlocksAlone) {
  const Blocks blocks = make_blocks(2);
  const Streams x = random_streams();
  GraphTap tap;
  layers::run_reversible({.blocks = blocks}, x, TapScope(&tap));

  EXPECT_THAT([&] { tap.seen.at("layers.0.y1").sum().backward(); },
              ThrowsError(ErrorKind::kUser, HasSubstr("between two reversible blocks")));
}

TEST(ReversibleTest, OverwritesNothingThatItWasGiven) {
  const Blocks blocks = make_blocks(3);
  const Streams x = random_streams();
  const at::Tensor first = x.first.detach().clone();
  const at::Tensor second = x.second.detach().clone();
  const Streams wanted = run(blocks, x, kAutograd);
  const at::NoGradGuard no_grad;

  const Streams y = run(blocks, x, kRecompute);

  EXPECT_TRUE(at::equal(x.first, first));
  EXPECT_TRUE(at::equal(x.second, second));
  EXPECT_TRUE(at::allclose(y.second, wanted.second, 1e-12, 1e-12));
}

class CpuAutocast {
 public:
  CpuAutocast() {
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::increment_nesting();
  }
  ~CpuAutocast() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  CpuAutocast(const CpuAutocast&) = delete;
  CpuAutocast& operator=(const CpuAutocast&) = delete;
};

TEST(ReversibleTest, RecomputesUnderTheForwardPassesAutocast) {
  const Blocks blocks = make_blocks(6, /*drop_path=*/0.0, at::kFloat);
  const Streams x = random_streams(at::kFloat);
  const auto gradients = [&](ReversibleBackward backward, bool goes_back_inside) {
    std::optional<CpuAutocast> autocast(std::in_place);
    const Streams y = run(blocks, x, backward);
    EXPECT_EQ(y.first.scalar_type(), at::kFloat);
    const at::Tensor loss = loss_of(y);
    if (!goes_back_inside) autocast.reset();
    loss.backward();
    EXPECT_EQ(at::autocast::is_autocast_enabled(at::kCPU), goes_back_inside);
    EXPECT_TRUE(at::autocast::is_autocast_cache_enabled());
    return collect(blocks, x);
  };
  const Gradients ordinary = gradients(kAutograd, /*goes_back_inside=*/false);

  expect_equal(gradients(kRecompute, /*goes_back_inside=*/false), ordinary, 0.02);
  expect_equal(gradients(kRecompute, /*goes_back_inside=*/true), ordinary, 0.02);
}

TEST(ReversibleTest, LeavesNoCastWeightsBehindForTheNextStep) {
  const Blocks blocks = make_blocks(3, /*drop_path=*/0.0, at::kFloat);
  const Streams x = random_streams(at::kFloat);
  const auto step = [&](ReversibleBackward backward) {
    const at::Tensor loss = [&] {
      const CpuAutocast autocast;
      return loss_of(run(blocks, x, backward));
    }();
    loss.backward();
    return collect(blocks, x);
  };
  step(kRecompute);
  {
    const at::NoGradGuard no_grad;
    for (at::Tensor& parameter : parameters_of(blocks)) parameter.mul_(-0.5);
  }

  const Gradients ours = step(kRecompute);

  expect_equal(ours, step(kAutograd), 0.02);
}

class HalfReversibleTest : public testing::TestWithParam<c10::ScalarType> {};

TEST_P(HalfReversibleTest, SumsInSinglePrecisionWhileTraining) {
  const Blocks blocks = make_blocks(12, /*drop_path=*/0.0, GetParam());
  const Streams x = random_streams(GetParam());

  const Streams y = run(blocks, x, kRecompute);
  const Gradients ours = gradients_of(blocks, x, kRecompute);

  EXPECT_EQ(y.first.scalar_type(), GetParam());
  EXPECT_EQ(ours.parameters.front().scalar_type(), GetParam());
  expect_equal(ours, gradients_of(blocks, x, kAutograd), 0.03);
}

INSTANTIATE_TEST_SUITE_P(Types, HalfReversibleTest, testing::Values(at::kBFloat16, at::kHalf));

}  // namespace
}  // namespace yardstick
