#include "models/layers/token_kernels.h"

#include "models/layers/fused_merging.h"
#include "runners/mac_counter.h"
#include "tests/cuda/gpu.h"
#include "tests/models/reducing.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace yardstick::layers {
namespace {

using test::gpu;
using test::GpuTest;

// Scores that lie closer than this in exact arithmetic may come in any order in single precision.
constexpr double kClose = 1e-5;

// While one lives, LibTorch fills the memory that it hands out: with NaN, or the largest integer.
class PoisonedMemory {
 public:
  PoisonedMemory() { at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true); }
  ~PoisonedMemory() { at::globalContext().setDeterministicAlgorithms(false, false); }
  PoisonedMemory(const PoisonedMemory&) = delete;
  PoisonedMemory& operator=(const PoisonedMemory&) = delete;
};

at::TensorOptions on_gpu(at::ScalarType type) {
  return at::TensorOptions(gpu()->device()).dtype(type);
}

// Keys within packed queries, keys and values, as a network has them.
at::Tensor random_keys(std::int64_t batch, std::int64_t tokens, std::int64_t heads,
                       std::int64_t width, at::ScalarType type) {
  at::manual_seed(11);
  const at::Tensor packed = at::randn({batch, tokens, 3, heads, width}, on_gpu(at::kFloat));
  return packed.to(type).select(2, 1);
}

TokenMatching by_libtorch(const at::Tensor& keys, std::int64_t r, ProtectedTokens guarded) {
  return bipartite_soft_matching(mean_keys(keys), r, guarded);
}

TokenMatching by_kernel(const at::Tensor& keys, std::int64_t r, ProtectedTokens guarded) {
  const PoisonedMemory poisoned;
  return match_keys(keys, r, guarded);
}

bool holds(const at::Tensor& condition) { return condition.all().item<bool>(); }

// Whether values [B, K] fall along the last dimension, but for what is close.
bool falls(const at::Tensor& values) {
  const std::int64_t count = values.size(1);
  return holds(values.slice(1, 0, count - 1) >= values.slice(1, 1) - kClose);
}

at::Tensor smallest_step(const at::Tensor& falling) {
  const std::int64_t count = falling.size(1);
  if (count < 2) return at::ones({falling.size(0)}, falling.options());
  return (falling.slice(1, 0, count - 1) - falling.slice(1, 1)).amin(1);
}

// What exact arithmetic says of the similarities of `keys`.
class Scores {
 public:
  Scores(const at::Tensor& keys, const BipartiteSplit& split) : split_(split) {
    const at::Tensor unit = to_unit_length(keys.to(at::kDouble).mean(2));
    similarity_ = at::matmul(
        unit.slice(1, 2 * split.guarded_a, unit.size(1), 2),
        unit.slice(1, 2 * split.guarded_b + 1, unit.size(1), 2).transpose(1, 2));  // [B, A, B]
    best_ = similarity_.amax(-1);
  }

  void expect_follows(const TokenMatching& matching) const {
    const std::int64_t rest = best_.size(1) - split_.merges;
    const std::int64_t guarded = split_.guarded_a + split_.guarded_b;
    const std::int64_t others = similarity_.size(2);
    ASSERT_EQ(matching.kept.size(1), guarded + rest + others);
    ASSERT_EQ(matching.merged.size(1), split_.merges);
    ASSERT_EQ(matching.into.size(1), split_.merges);
    const at::Tensor chosen = matching.merged.div(2, "floor") - split_.guarded_a;
    const at::Tensor partner = matching.into - (guarded + rest);
    ASSERT_TRUE(holds((matching.merged % 2 == 0) & (chosen >= 0) & (chosen < best_.size(1))));
    ASSERT_TRUE(holds((partner >= 0) & (partner < others)));
    const at::Tensor chosen_best = best_.gather(1, chosen);
    const at::Tensor rows = similarity_.gather(1, chosen.unsqueeze(-1).expand({-1, -1, others}));

    EXPECT_TRUE(holds(rows.gather(2, partner.unsqueeze(-1)).squeeze(-1) >= chosen_best - kClose));
    EXPECT_TRUE(falls(chosen_best));
    if (rest > 0) {
      const at::Tensor left = best_.scatter(1, chosen, -2.0).amax(1);
      EXPECT_TRUE(holds(chosen_best.amin(1) >= left - kClose));
    }
    expect_keeps_the_rest(matching, rest);
  }

  // Images all of whose decisions are clear, [B].
  at::Tensor decided() const {
    const at::Tensor falling = std::get<0>(best_.sort(1, /*descending=*/true));
    const bool all_in_order = split_.guarded_a == 0;
    at::Tensor clear =
        smallest_step(all_in_order ? falling : falling.slice(1, 0, split_.merges + 1));
    if (similarity_.size(2) > 1) {
      const at::Tensor two = std::get<0>(similarity_.topk(2, -1));  // [B, A, 2]
      clear = clear.minimum((two.select(2, 0) - two.select(2, 1)).amin(1));
    }
    return clear > kClose;
  }

 private:
  void expect_keeps_the_rest(const TokenMatching& matching, std::int64_t rest) const {
    const std::int64_t tokens = matching.kept.size(1) + split_.merges;
    const at::Tensor all = std::get<0>(at::cat({matching.kept, matching.merged}, 1).sort(1));
    EXPECT_TRUE(at::equal(all, at::arange(tokens, all.options()).expand_as(all)));
    const at::Tensor others = matching.kept.slice(1, -similarity_.size(2));
    EXPECT_TRUE(at::equal(
        others, at::arange(2 * split_.guarded_b + 1, tokens, 2, all.options()).expand_as(others)));
    if (split_.guarded_a == 0) {
      const bool is_second_guarded = split_.guarded_b == 1;
      if (is_second_guarded) {
        EXPECT_TRUE(holds(matching.kept.select(1, rest > 0 ? 1 : 0) == 1));
      }
      at::Tensor unmerged = matching.kept.slice(1, 0, rest);
      if (is_second_guarded && rest > 0) {
        unmerged = at::cat({matching.kept.slice(1, 0, 1), matching.kept.slice(1, 2, rest + 1)}, 1);
      }
      if (rest > 1) {
        EXPECT_TRUE(falls(best_.gather(1, unmerged.div(2, "floor"))));
      }
      return;
    }
    const std::int64_t guarded = split_.guarded_a + split_.guarded_b;
    const at::Tensor front = matching.kept.slice(1, 0, guarded);
    EXPECT_TRUE(at::equal(front, at::arange(guarded, all.options()).expand_as(front)));
    const at::Tensor unmerged = matching.kept.slice(1, guarded, guarded + rest);
    if (rest > 1) {
      EXPECT_TRUE(holds(unmerged.slice(1, 1) > unmerged.slice(1, 0, rest - 1)));
    }
  }

  BipartiteSplit split_;
  at::Tensor similarity_;
  at::Tensor best_;
};

// Checks the kernel's answer by exact scores, and that LibTorch's is the same where those are
// clear. Returns how many images were clear.
std::int64_t check_matching(const at::Tensor& keys, std::int64_t r, ProtectedTokens guarded) {
  const BipartiteSplit split = bipartite_split(keys.size(1), r, guarded);
  const TokenMatching matching = by_kernel(keys, r, guarded);
  if (split.merges == 0) {
    EXPECT_TRUE(matching.changes_nothing());
    return 0;
  }
  const Scores scores(keys, split);
  scores.expect_follows(matching);
  const at::Tensor decided = scores.decided().nonzero().squeeze(1);
  const TokenMatching expected = by_libtorch(keys, r, guarded);
  for (const auto list : {&TokenMatching::kept, &TokenMatching::merged, &TokenMatching::into}) {
    EXPECT_TRUE(at::equal((matching.*list).index_select(0, decided),
                          (expected.*list).index_select(0, decided)));
  }
  return decided.size(0);
}

TEST_F(GpuTest, TheBackendBringsTokenKernels) {
  for (const char* name : {kMatchTokens, kMergeTokens}) {
    const auto found = c10::Dispatcher::singleton().findSchema({name, ""});
    ASSERT_TRUE(found.has_value()) << name;
    EXPECT_TRUE(found->hasKernelForDispatchKey(c10::DispatchKey::CUDA)) << name;
  }
}

struct Heads {
  std::int64_t count;
  std::int64_t width;
};

class MatchKernelTest
    : public GpuTest,
      public testing::WithParamInterface<std::tuple<at::ScalarType, std::int64_t>> {};

TEST_P(MatchKernelTest, DecidesAsExactScoresDo) {
  const auto [type, tokens] = GetParam();
  std::int64_t decided = 0;
  for (const std::int64_t batch : {1, 3, 128}) {
    if (batch * tokens > 128 * 197) continue;
    for (const Heads heads : {Heads{12, 64}, Heads{16, 80}, Heads{6, 64}}) {
      const at::Tensor keys = random_keys(batch, tokens, heads.count, heads.width, type);
      for (const std::int64_t r :
           {std::int64_t{0}, std::int64_t{1}, std::int64_t{8}, std::int64_t{16}, tokens / 2}) {
        for (const std::int64_t guarded : {1, 0, 2}) {
          if (guarded == 2 && batch == 128) continue;
          SCOPED_TRACE(testing::Message() << "batch " << batch << ", heads " << heads.count
                                          << ", r " << r << ", protected " << guarded);
          decided += check_matching(keys, r, {.first = 0, .count = guarded});
        }
      }
    }
  }
  if (tokens <= 50) {
    EXPECT_GT(decided, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, MatchKernelTest,
                         testing::Combine(testing::Values(at::kFloat, at::kHalf, at::kBFloat16),
                                          testing::Values(3, 8, 49, 50, 196, 197, 577, 1370)),
                         [](const auto& test) {
                           return std::string(c10::toString(std::get<0>(test.param))) + "_" +
                                  std::to_string(std::get<1>(test.param));
                         });

TEST_F(GpuTest, MatchingProtectsRegistersAndALoneDistillationToken) {
  for (const std::int64_t tokens : {41, 42, 700}) {
    const at::Tensor keys = random_keys(2, tokens, 3, 32, at::kFloat);
    for (const std::int64_t count : {3, 4, 5, 6}) {
      check_matching(keys, 9, {.first = 0, .count = count});
    }
    for (const std::int64_t r : {std::int64_t{1}, std::int64_t{9}, tokens / 2}) {
      check_matching(keys, r, {.first = 1, .count = 1});
    }
  }
}

TEST_F(GpuTest, MatchingBreaksTiesByPlaceAsLibTorchDoes) {
  for (const std::int64_t tokens : {40, 41, 700}) {
    const at::Tensor same = at::ones({2, tokens, 2, 16}, on_gpu(at::kBFloat16));

    const TokenMatching matching = by_kernel(same, 7, {.first = 0, .count = 1});

    const TokenMatching expected = by_libtorch(same, 7, {.first = 0, .count = 1});
    EXPECT_TRUE(at::equal(matching.kept, expected.kept));
    EXPECT_TRUE(at::equal(matching.merged, expected.merged));
    EXPECT_TRUE(at::equal(matching.into, expected.into));
  }
}

TEST_F(GpuTest, MatchingIsTheSameInEachRunWhereScoresTie) {
  for (const std::int64_t tokens : {61, 700}) {
    at::manual_seed(5);
    // Few different directions.
    const at::Tensor keys = at::randint(1, 3, {3, tokens, 1, 8}).to(on_gpu(at::kBFloat16));

    const TokenMatching matching = by_kernel(keys, 20, {.first = 0, .count = 1});

    const BipartiteSplit split = bipartite_split(tokens, 20, {.first = 0, .count = 1});
    Scores(keys, split).expect_follows(matching);
    const TokenMatching again = by_kernel(keys, 20, {.first = 0, .count = 1});
    EXPECT_TRUE(at::equal(matching.merged, again.merged));
    EXPECT_TRUE(at::equal(matching.into, again.into));
  }
}

TEST_F(GpuTest, MatchingPutsTokensOfNoLengthFirstAsLibTorchDoes) {
  for (const std::int64_t tokens : {40, 700}) {
    const at::Tensor keys = random_keys(2, tokens, 3, 32, at::kFloat);
    for (const std::int64_t zero : {4, 21}) {  // of A: NaN to all of B; then one of B, too
      keys.select(1, zero).zero_();

      const TokenMatching matching = by_kernel(keys, 3, {.first = 0, .count = 1});

      const TokenMatching expected = by_libtorch(keys, 3, {.first = 0, .count = 1});
      EXPECT_TRUE(at::equal(matching.merged, expected.merged));
      EXPECT_TRUE(at::equal(matching.into, expected.into));
      EXPECT_TRUE(at::equal(matching.kept, expected.kept));
    }
  }
}

TEST_F(GpuTest, MatchingLeavesWhatItsKernelCannotReadToLibTorch) {
  const at::Tensor odd = random_keys(2, 30, 3, 6, at::kHalf);
  const at::Tensor wide = random_keys(2, 30, 2, 136, at::kFloat);
  const at::Tensor exact = random_keys(2, 30, 2, 16, at::kDouble);
  for (const at::Tensor& keys : {odd, wide, exact}) {
    const TokenMatching matching = match_keys(keys, 5, {.first = 0, .count = 1});

    EXPECT_TRUE(at::equal(matching.merged, by_libtorch(keys, 5, {.first = 0, .count = 1}).merged));
  }
}

// Each of `rows` may differ by rounding to x's type, once, and by single precision's.
void expect_close(const at::Tensor& got, const at::Tensor& expected, at::ScalarType type) {
  const double step = type == at::kFloat ? 1e-6 : type == at::kHalf ? 1e-3 : 8e-3;
  EXPECT_EQ(got.scalar_type(), type);
  EXPECT_TRUE(at::allclose(got.to(at::kFloat), expected.to(at::kFloat), step, step));
}

void check_merging(const at::Tensor& x, const at::Tensor& size, const TokenMatching& matching) {
  WeightedTokens merged;
  {
    const PoisonedMemory poisoned;
    merged = merge_by_size(x, size, matching);
  }
  const WeightedTokens expected = merge_wavg(x.to(at::kFloat), size, matching);

  ASSERT_EQ(merged.x.sizes(), expected.x.sizes());
  expect_close(merged.x, expected.x, x.scalar_type());
  EXPECT_TRUE(at::equal(merged.size, expected.size));
  EXPECT_TRUE(at::equal(merge_by_size(x, size, matching).x, merged.x)) << "each run is the same";
}

class MergeKernelTest : public GpuTest, public testing::WithParamInterface<at::ScalarType> {};

TEST_P(MergeKernelTest, IsTheMeanBySize) {
  for (const std::int64_t tokens : {3, 8, 49, 50, 196, 197, 577, 1370}) {
    for (const std::int64_t batch : {1, 3, 128}) {
      if (batch * tokens > 128 * 197) continue;
      for (const std::int64_t channels : {384, 768, 1280}) {
        at::manual_seed(7);
        const at::Tensor x =
            at::randn({batch, tokens, channels}, on_gpu(at::kFloat)).to(GetParam());
        const at::Tensor size = at::randint(1, 9, {batch, tokens}, on_gpu(at::kFloat));
        for (const std::int64_t r : {std::int64_t{1}, std::int64_t{16}, tokens / 2}) {
          SCOPED_TRACE(testing::Message() << tokens << " tokens, batch " << batch << ", channels "
                                          << channels << ", r " << r);
          const TokenMatching matching = match_keys(random_keys(batch, tokens, 2, 16, GetParam()),
                                                    r, {.first = 0, .count = 1});
          check_merging(x, size, matching);
          check_merging(x, {}, matching);
        }
      }
    }
  }
}

TEST_P(MergeKernelTest, ReadsStridedTokensAndAnyLists) {
  at::manual_seed(9);
  const at::Tensor x =
      at::randn({3, 90, 80}).to(on_gpu(GetParam())).slice(2, 8, 72);  // rows of 64 among 80
  const at::Tensor size = at::randint(1, 9, {3, 180}).to(on_gpu(at::kFloat)).slice(1, 0, 180, 2);
  const auto places = on_gpu(at::kLong);
  TokenMatching all_into_one;
  all_into_one.kept = at::full({3, 1}, 2, places);
  all_into_one.merged = at::arange(3, 90, places).expand({3, -1});
  all_into_one.into = at::zeros({3, 87}, places);
  TokenMatching all_stay;
  all_stay.merged = at::randint(0, 90, {3, 80}).to(places).slice(1, 0, 80, 2);
  all_stay.into = at::randint(0, 90, {3, 40}).to(places);

  check_merging(x, size, all_into_one);
  check_merging(x, size, all_stay);
  check_merging(x.slice(0, 1, 2), {},
                {at::arange(5, places).unsqueeze(0), at::arange(5, 9, places).unsqueeze(0),
                 at::zeros({1, 4}, places)});
}

TEST_P(MergeKernelTest, LeavesTokensThatNothingJoinsAsTheyAre) {
  at::manual_seed(3);
  const at::Tensor x = at::randn({2, 50, 64}).to(on_gpu(GetParam()));
  const at::Tensor size = at::full({2, 50}, 3.0, on_gpu(at::kFloat));
  TokenMatching matching;
  matching.kept = at::arange(49, on_gpu(at::kLong)).expand({2, -1});
  matching.merged = at::full({2, 1}, 49, on_gpu(at::kLong));
  matching.into = at::full({2, 1}, 48, on_gpu(at::kLong));

  const WeightedTokens merged = merge_by_size(x, size, matching);

  EXPECT_TRUE(at::equal(merged.x.slice(1, 0, 48), x.slice(1, 0, 48)));
}

INSTANTIATE_TEST_SUITE_P(Types, MergeKernelTest,
                         testing::Values(at::kFloat, at::kHalf, at::kBFloat16),
                         [](const auto& test) { return std::string(c10::toString(test.param)); });

TEST_F(GpuTest, MergingWithAGradientIsLibTorchs) {
  const at::Tensor keys = random_keys(2, 20, 2, 16, at::kFloat);
  const TokenMatching matching = match_keys(keys, 4, {.first = 0, .count = 1});
  const at::Tensor x = at::randn({2, 20, 32}, on_gpu(at::kFloat)).requires_grad_();

  const WeightedTokens merged = merge_by_size(x, {}, matching);
  (merged.x * merged.size.unsqueeze(-1)).sum().backward();

  EXPECT_TRUE(at::allclose(x.grad(), at::ones_like(x)));
}

TEST_F(GpuTest, TokenKernelsReplayInAGraph) {
  const at::Tensor keys = random_keys(4, 197, 12, 64, at::kBFloat16).contiguous();
  const at::Tensor big = random_keys(1, 1370, 4, 64, at::kBFloat16).contiguous();
  const at::Tensor x = at::randn({4, 197, 768}, on_gpu(at::kBFloat16));
  WeightedTokens merged;
  TokenMatching of_big;
  const auto step = [&] {
    merged = merge_by_size(x, {}, match_keys(keys, 16, {.first = 0, .count = 1}));
    of_big = match_keys(big, 40, {.first = 0, .count = 1});
  };
  std::string why_not;
  const auto graph = gpu()->capture(step, why_not);
  ASSERT_NE(graph, nullptr) << why_not;
  keys.normal_();
  big.normal_();
  x.normal_();

  graph->replay();

  const at::Tensor replayed_x = merged.x.clone();
  const at::Tensor replayed_merged = of_big.merged.clone();
  step();
  EXPECT_TRUE(at::equal(replayed_x, merged.x));
  EXPECT_TRUE(at::equal(replayed_merged, of_big.merged));
}

TEST_F(GpuTest, TokenKernelsCountAsManyMacsAsLibTorchsProduct) {
  const at::NoGradGuard no_grad;
  for (const std::int64_t guarded : {0, 1, 2}) {
    const at::Tensor keys = random_keys(2, 50, 3, 16, at::kFloat);
    const at::Tensor x = at::randn({2, 50, 48}, on_gpu(at::kFloat));
    const ProtectedTokens protected_tokens{.first = 0, .count = guarded};

    const MacCount fused =
        count_macs([&] { merge_by_size(x, {}, match_keys(keys, 7, protected_tokens)); });
    const MacCount chain =
        count_macs([&] { merge_wavg(x, {}, by_libtorch(keys, 7, protected_tokens)); });

    EXPECT_EQ(fused.total, chain.total);
    EXPECT_GT(fused.by_operator.at(kMatchTokens), 0);
    EXPECT_THAT(fused.uncounted_calls, testing::IsEmpty());
  }
}

TEST_F(GpuTest, AModelWithMergedTokensComputesWhatItDoesOnTheCpu) {
  for (const char* method : {"tome", "pitome"}) {
    const auto model = test::build_model("vit_test");
    model->module().eval();
    test::apply_method(*model, method);
    const at::NoGradGuard no_grad;
    const at::Tensor images = test::images_for(*model, 4);
    const at::Tensor expected = model->forward(test::batch_of(images)).logits;

    model->module().to(gpu()->device());
    const at::Tensor logits =
        model->forward(test::batch_of(images.to(gpu()->device()))).logits.cpu();

    EXPECT_TRUE(at::allclose(logits, expected, 1e-3, 1e-4)) << method;
  }
}

}  // namespace
}  // namespace yardstick::layers
