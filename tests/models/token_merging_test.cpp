#include "models/layers/token_merging.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace yardstick::layers {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsSupersetOf;
using testing::Not;

std::vector<std::int64_t> list_of(const at::Tensor& positions) {
  const at::Tensor flat = positions.contiguous();
  const auto* data = flat.const_data_ptr<std::int64_t>();
  return {data, data + flat.numel()};
}

at::Tensor of_rows(std::initializer_list<std::vector<double>> rows) {
  std::vector<at::Tensor> tensors;
  for (const auto& row : rows) tensors.push_back(at::tensor(row, at::kDouble));
  return at::stack(tensors).to(at::kFloat).unsqueeze(0);  // [1, rows, d]
}

// Tokens whose first and second of A are alike to nothing, and whose third is the twin of B's
// first.
const at::Tensor kTwins =
    of_rows({{1, 0, 0}, {0, 1, 0}, {-1, 0, 0.1}, {0, 0, 1}, {0.1, 1, 0}, {-1, -1, -1}});

TEST(BipartiteMatchingTest, MergesTheMostAlikeOfEvenIntoOdd) {
  const TokenMatching matching = bipartite_soft_matching(kTwins, 1, {});

  EXPECT_THAT(list_of(matching.merged), ElementsAre(4));
  EXPECT_THAT(list_of(matching.into), ElementsAre(2));  // behind the two that are left of A
  EXPECT_EQ(list_of(matching.kept)[2], 1);
}

TEST(BipartiteMatchingTest, TakesAtMostHalfOfWhatIsFree) {
  const at::Tensor metric = at::randn({2, 11, 4});

  EXPECT_EQ(bipartite_soft_matching(metric, 100, {.first = 0, .count = 1}).kept.size(1), 6);
  EXPECT_EQ(bipartite_soft_matching(metric, 100, {}).kept.size(1), 6);
  EXPECT_EQ(bipartite_soft_matching(metric, 100, {.first = 0, .count = 4}).kept.size(1), 8);
  EXPECT_TRUE(bipartite_soft_matching(metric, 0, {}).changes_nothing());
  EXPECT_TRUE(bipartite_soft_matching(metric, 5, {.first = 0, .count = 10}).changes_nothing());
}

TEST(BipartiteMatchingTest, BreaksTiesByPlace) {
  const at::Tensor metric = at::ones({1, 10, 4});

  const TokenMatching matching = bipartite_soft_matching(metric, 2, {.first = 0, .count = 1});

  EXPECT_THAT(list_of(matching.merged), ElementsAre(2, 4));
  EXPECT_THAT(list_of(matching.into), ElementsAre(3, 3));  // B's first, behind 0, 6 and 8
  EXPECT_THAT(list_of(matching.kept), ElementsAre(0, 6, 8, 1, 3, 5, 7, 9));
}

class ProtectedTokensTest : public testing::TestWithParam<std::int64_t> {};

// Registers, too: the official code knows class and distillation token only.
TEST_P(ProtectedTokensTest, StayInFrontAndGetNothing) {
  const std::int64_t count = GetParam();
  for (const std::int64_t tokens : {count + 2, count + 9, count + 30}) {
    const at::Tensor metric = at::randn({3, tokens, 6});

    const TokenMatching matching =
        bipartite_soft_matching(metric, tokens, {.first = 0, .count = count});

    EXPECT_EQ(matching.kept.size(1), tokens - (tokens - count) / 2);
    for (std::int64_t i = 0; i < 3; ++i) {
      const auto kept = list_of(matching.kept[i]);
      for (std::int64_t p = 0; p < count; ++p) EXPECT_EQ(kept[static_cast<std::size_t>(p)], p);
    }
    EXPECT_THAT(list_of(matching.into), Each(Ge(count)));
    EXPECT_THAT(list_of(matching.merged), Each(Ge(count)));
  }
}

INSTANTIATE_TEST_SUITE_P(Counts, ProtectedTokensTest, testing::Values(1, 2, 3, 4, 5, 6));

TEST(BipartiteMatchingTest, EveryTokenIsKeptOrMergedOnce) {
  const TokenMatching matching =
      bipartite_soft_matching(at::randn({1, 23, 6}), 7, {.first = 0, .count = 2});

  auto all = list_of(matching.kept);
  for (const std::int64_t token : list_of(matching.merged)) all.push_back(token);
  std::ranges::sort(all);
  for (std::int64_t i = 0; i < 23; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
}

TEST(BipartiteMatchingTest, DecidesInSinglePrecisionForHalfTypes) {
  const at::Tensor keys = at::randn({2, 40, 3, 16}).to(at::kBFloat16);

  const at::Tensor mean = mean_keys(keys);

  EXPECT_EQ(mean.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::allclose(mean, keys.to(at::kFloat).mean(2)));
  EXPECT_EQ(to_unit_length(keys.select(2, 0)).scalar_type(), at::kFloat);
}

TEST(MergeWavgTest, KeepsSizesAndTheirWeightedSum) {
  const at::Tensor x = at::randn({2, 30, 5}, at::kDouble);
  const at::Tensor size = at::randint(1, 9, {2, 30}).to(at::kDouble);
  const TokenMatching matching = bipartite_soft_matching(at::randn({2, 30, 4}), 9, {});

  const WeightedTokens merged = merge_wavg(x, size, matching);

  EXPECT_TRUE(at::allclose(merged.size.sum(1), size.sum(1)));
  EXPECT_TRUE(
      at::allclose((merged.x * merged.size.unsqueeze(-1)).sum(1), (x * size.unsqueeze(-1)).sum(1)));
}

TEST(MergeWavgTest, LeavesTokensThatNothingJoinsAsTheyAre) {
  const at::Tensor x = at::randn({1, 6, 3});
  const TokenMatching matching = bipartite_soft_matching(kTwins, 1, {});

  const WeightedTokens merged = merge_wavg(x, at::full({1, 6}, 3.0), matching);

  const auto kept = list_of(matching.kept);
  for (const std::size_t place : {0, 1, 3, 4}) {
    const auto at = static_cast<std::int64_t>(place);
    EXPECT_TRUE(at::equal(merged.x[0][at], x[0][kept[place]])) << place;
  }
  EXPECT_TRUE(at::allclose(merged.x[0][2], (x[0][1] + x[0][4]) / 2));
  EXPECT_EQ(merged.size[0][2].item<double>(), 6.0);
}

TEST(MergeWavgTest, AddsHalfTypesUpInSinglePrecision) {
  const at::Tensor wide = at::randn({2, 64, 16});
  const at::Tensor x = wide.to(at::kBFloat16);
  TokenMatching all_into_one;
  all_into_one.kept = at::zeros({2, 1}, at::kLong);
  all_into_one.merged = at::arange(1, 64).expand({2, -1});
  all_into_one.into = at::zeros({2, 63}, at::kLong);

  const WeightedTokens merged = merge_wavg(x, {}, all_into_one);

  EXPECT_EQ(merged.x.scalar_type(), at::kBFloat16);
  const at::Tensor mean = x.to(at::kFloat).mean(1, /*keepdim=*/true);
  EXPECT_TRUE(at::allclose(merged.x, mean.to(at::kBFloat16), /*rtol=*/0.01, /*atol=*/1e-3));
}

TEST(MergeWavgTest, SendsGradientsByShare) {
  const at::Tensor x = at::randn({1, 6, 3}).requires_grad_();
  const at::Tensor size = at::tensor({1.0, 3.0, 1.0, 1.0, 2.0, 1.0}, at::kFloat).unsqueeze(0);

  merge_wavg(x, size, bipartite_soft_matching(kTwins, 1, {})).x.sum().backward();

  const at::Tensor share = at::tensor({1.0, 0.6, 1.0, 1.0, 0.4, 1.0}, at::kFloat);
  EXPECT_TRUE(at::allclose(x.grad(), share.view({1, 6, 1}).expand({1, 6, 3})));
}

TEST(MergeTest, CountsEveryTokenOnce) {
  const at::Tensor x = at::arange(12, at::kFloat).view({1, 6, 2});
  TokenMatching matching;
  matching.kept = at::tensor({0, 3}, at::kLong).unsqueeze(0);
  matching.merged = at::tensor({1, 2, 5}, at::kLong).unsqueeze(0);
  matching.into = at::tensor({0, 0, 1}, at::kLong).unsqueeze(0);

  EXPECT_TRUE(at::equal(merge(x, matching, MergeMode::kSum), of_rows({{6, 9}, {16, 18}})));
  EXPECT_TRUE(at::equal(merge(x, matching, MergeMode::kMean), of_rows({{2, 3}, {8, 9}})));
  EXPECT_TRUE(at::equal(merge(x, matching, MergeMode::kMax), of_rows({{4, 5}, {10, 11}})));
  EXPECT_TRUE(at::equal(unmerge(of_rows({{1, 1}, {2, 2}}), matching, 6),
                        of_rows({{1, 1}, {1, 1}, {1, 1}, {2, 2}, {0, 0}, {2, 2}})));
}

TEST(MergeSourceTest, FollowsTokensThroughSeveralMergings) {
  at::Tensor x = at::randn({2, 33, 8});
  at::Tensor source = unit_source(x);
  at::Tensor size;
  for (int step = 0; step < 4; ++step) {
    const TokenMatching matching = bipartite_soft_matching(x, 5, {.first = 0, .count = 1});
    source = merge_source(source, matching);
    const WeightedTokens merged = merge_wavg(x, size, matching);
    x = merged.x;
    size = merged.size;
  }

  EXPECT_THAT(source.sizes().vec(), ElementsAre(2, 13, 33));
  EXPECT_TRUE(at::equal(source.sum(2), size));               // a token's size counts what it holds
  EXPECT_TRUE(at::equal(source.sum(1), at::ones({2, 33})));  // each first token is in one token
}

TEST(KthMatchingTest, DropsTheTailAndChangesNothingBelowTwo) {
  const at::Tensor metric = at::randn({1, 8, 3});

  const TokenMatching matching = kth_bipartite_matching(metric, 3);

  EXPECT_THAT(list_of(matching.kept), ElementsAre(2, 5));
  EXPECT_THAT(list_of(matching.merged), ElementsAre(0, 1, 3, 4));
  EXPECT_TRUE(kth_bipartite_matching(metric, 1).changes_nothing());
}

TEST(RandomMatchingTest, MergesThoseOfLeastNoise) {
  const at::Tensor noise = at::tensor({0.9, 0.1, 0.5, 0.3}, at::kFloat).unsqueeze(0);

  const TokenMatching matching = random_bipartite_matching(at::randn({1, 4, 3}), 2, noise);

  EXPECT_THAT(list_of(matching.merged), ElementsAre(1, 3));
  EXPECT_THAT(list_of(matching.kept), ElementsAre(2, 0));
  EXPECT_EQ(random_bipartite_matching(at::randn({1, 4, 3}), 9, noise).kept.size(1), 1);
}

}  // namespace
}  // namespace yardstick::layers
