#include "metrics/statistics/multiple.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using Values = std::vector<double>;

TEST(HolmTest, MultipliesBySmallerAndSmallerCounts) {
  EXPECT_THAT(holm(Values{0.04, 0.01, 0.03, 0.005}),
              ElementsAre(DoubleNear(0.06, 1e-15), DoubleNear(0.03, 1e-15), DoubleNear(0.06, 1e-15),
                          DoubleNear(0.02, 1e-15)));
}

TEST(HolmTest, StaysAtMostOne) {
  EXPECT_THAT(holm(Values{0.9, 0.8}), ElementsAre(1, 1));
  EXPECT_THAT(holm(Values{0.3}), ElementsAre(0.3));
  EXPECT_THAT(holm({}), IsEmpty());
}

TEST(HolmTest, BoundsTheChanceOfAnyFalseAlarm) {
  std::mt19937_64 generator(3);
  std::uniform_real_distribution<double> uniform;
  int alarms = 0;
  for (int suite = 0; suite < 2000; ++suite) {
    Values p(20);
    for (double& value : p) value = uniform(generator);
    const Values adjusted = holm(p);
    alarms += std::any_of(adjusted.begin(), adjusted.end(), [](double q) { return q <= 0.05; });
  }

  EXPECT_NEAR(alarms / 2000.0, 0.05, 0.02);
}

// Benjamini & Hochberg (1995), section 3.2: 15 comparisons, of which Holm keeps three at 5 % and
// their procedure four.
TEST(BenjaminiHochbergTest, KeepsFourOfThePublishedExample) {
  const Values p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const auto kept = [](const Values& adjusted) {
    return std::count_if(adjusted.begin(), adjusted.end(), [](double q) { return q <= 0.05; });
  };

  EXPECT_EQ(kept(benjamini_hochberg(p)), 4);
  EXPECT_EQ(kept(holm(p)), 3);
  EXPECT_NEAR(benjamini_hochberg(p)[3], 0.0095 * 15 / 4, 1e-15);
}

TEST(BenjaminiHochbergTest, NeverRanksASmallerPBehindALarger) {
  EXPECT_THAT(
      benjamini_hochberg(Values{0.05, 0.04, 0.01}),
      ElementsAre(DoubleNear(0.05, 1e-15), DoubleNear(0.05, 1e-15), DoubleNear(0.03, 1e-15)));
  EXPECT_THAT(benjamini_hochberg({}), IsEmpty());
}

TEST(MultipleTest, RefusesWhatIsNoProbability) {
  EXPECT_THROW(holm(Values{1.1}), std::logic_error);
  EXPECT_THROW(benjamini_hochberg(Values{-0.1}), std::logic_error);
  EXPECT_THROW(holm(Values{std::nan("")}), std::logic_error);
}

}  // namespace
}  // namespace yardstick
