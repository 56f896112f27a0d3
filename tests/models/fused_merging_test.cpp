#include "models/layers/fused_merging.h"

#include "models/layers/token_kernels.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

namespace yardstick::layers {
namespace {

constexpr ProtectedTokens kClassToken{.first = 0, .count = 1};

TEST(FusedMergingTest, IsTheChainOfOperatorsOnTheCpu) {
  const at::Tensor keys = at::randn({2, 30, 3, 3, 8}).select(2, 1);
  const at::Tensor x = at::randn({2, 30, 24});

  const TokenMatching matching = match_keys(keys, 7, kClassToken);
  const WeightedTokens merged = merge_by_size(x, {}, matching);

  const TokenMatching chain = bipartite_soft_matching(mean_keys(keys), 7, kClassToken);
  EXPECT_TRUE(at::equal(matching.kept, chain.kept));
  EXPECT_TRUE(at::equal(matching.merged, chain.merged));
  EXPECT_TRUE(at::equal(matching.into, chain.into));
  EXPECT_TRUE(at::equal(merged.x, merge_wavg(x, {}, chain).x));
}

TEST(FusedMergingTest, ChangesNothingWhereNothingMerges) {
  EXPECT_TRUE(match_keys(at::randn({1, 9, 2, 8}), 0, kClassToken).changes_nothing());
  EXPECT_TRUE(match_keys(at::randn({1, 2, 2, 8}), 4, kClassToken).changes_nothing());
}

TEST(PackedRowsTest, AreWholeAndAlignedBytes) {
  const at::Tensor packed = at::zeros({2, 5, 3, 4, 16}, at::kBFloat16);

  EXPECT_TRUE(has_packed_rows(packed.select(2, 1)));
  EXPECT_TRUE(has_packed_rows(packed.narrow(4, 8, 8)));
  EXPECT_TRUE(has_packed_rows(at::zeros({3, 4})));
  EXPECT_TRUE(has_packed_rows(at::zeros({1, 7}).narrow(1, 0, 4)));  // of one row no stride counts
  EXPECT_FALSE(has_packed_rows(packed.narrow(4, 4, 8)));            // begins within 16 bytes
  EXPECT_FALSE(has_packed_rows(packed.narrow(4, 0, 4)));
  EXPECT_FALSE(has_packed_rows(at::zeros({3, 7}).narrow(1, 0, 4)));
  EXPECT_FALSE(has_packed_rows(at::zeros({4, 4}).t().narrow(0, 0, 2)));
  EXPECT_FALSE(has_packed_rows(at::zeros({3, 4}, at::kDouble)));
}

}  // namespace
}  // namespace yardstick::layers
