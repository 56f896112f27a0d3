#include <yardstick/random_draws.h>

#include <ATen/ops/zeros.h>

#include <gtest/gtest.h>

#include <thread>

namespace yardstick {
namespace {

class NoDraws final : public RandomDraws {
 public:
  at::Tensor uniform(std::string_view, at::IntArrayRef shape, c10::Device) override {
    return at::zeros(shape);
  }
  double uniform(std::string_view) override { return 0; }
};

TEST(DrawsScopeTest, TheInnermostCountsUntilItEnds) {
  NoDraws outer_draws;
  NoDraws inner_draws;
  EXPECT_EQ(DrawsScope::current(), nullptr);
  {
    const DrawsScope outer(outer_draws);
    {
      const DrawsScope inner(inner_draws);
      EXPECT_EQ(DrawsScope::current(), &inner_draws);
    }
    EXPECT_EQ(DrawsScope::current(), &outer_draws);
  }
  EXPECT_EQ(DrawsScope::current(), nullptr);
}

TEST(DrawsScopeTest, BelongsToItsThread) {
  NoDraws draws;
  const DrawsScope scope(draws);
  RandomDraws* elsewhere = &draws;

  std::thread([&] { elsewhere = DrawsScope::current(); }).join();

  EXPECT_EQ(elsewhere, nullptr);
}

}  // namespace
}  // namespace yardstick
