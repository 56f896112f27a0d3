#include "metrics/statistics/tied_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Pairs = std::vector<ResolvedPair>;
using Groups = std::vector<std::vector<std::size_t>>;

TEST(TiedGroupsTest, IsOneGroupWhereNothingIsResolved) {
  EXPECT_THAT(tied_groups(3, {}), ElementsAre(ElementsAre(0, 1, 2)));
  EXPECT_THAT(tied_groups(1, {}), ElementsAre(ElementsAre(0)));
  EXPECT_THAT(tied_groups(0, {}), IsEmpty());
}

TEST(TiedGroupsTest, IsAGroupEachWhereAllIsResolved) {
  EXPECT_THAT(tied_groups(3, Pairs{{0, 1}, {2, 1}, {0, 2}}),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

TEST(TiedGroupsTest, PutsASideBetweenTwoIntoBoth) {
  EXPECT_THAT(tied_groups(3, Pairs{{2, 0}}), ElementsAre(ElementsAre(0, 1), ElementsAre(1, 2)));
}

bool share_a_group(const Groups& groups, std::size_t a, std::size_t b) {
  return std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
    return std::count(group.begin(), group.end(), a) && std::count(group.begin(), group.end(), b);
  });
}

TEST(TiedGroupsTest, ShowsEveryVerdictAndNoGroupInsideAnother) {
  std::mt19937_64 generator(77);
  std::bernoulli_distribution is_resolved(0.4);
  for (int trial = 0; trial < 50; ++trial) {
    Pairs resolved;
    for (std::size_t a = 0; a < 8; ++a) {
      for (std::size_t b = a + 1; b < 8; ++b) {
        if (is_resolved(generator)) resolved.emplace_back(a, b);
      }
    }

    const Groups groups = tied_groups(8, resolved);

    for (std::size_t a = 0; a < 8; ++a) {
      for (std::size_t b = a + 1; b < 8; ++b) {
        const bool is_tied =
            std::find(resolved.begin(), resolved.end(), ResolvedPair(a, b)) == resolved.end();
        EXPECT_EQ(share_a_group(groups, a, b), is_tied);
      }
    }
    for (const auto& group : groups) {
      EXPECT_EQ(std::count_if(groups.begin(), groups.end(),
                              [&](const auto& other) {
                                return std::includes(other.begin(), other.end(), group.begin(),
                                                     group.end());
                              }),
                1);
    }
  }
}

TEST(TiedGroupsTest, RefusesUnknownSides) {
  EXPECT_THROW(tied_groups(2, Pairs{{0, 2}}), std::logic_error);
  EXPECT_THROW(tied_groups(2, Pairs{{1, 1}}), std::logic_error);
  EXPECT_THROW(group_letters(1, Groups{{1}}), std::logic_error);
}

TEST(GroupLettersTest, NamesTheGroupsOfEachSide) {
  EXPECT_THAT(group_letters(3, tied_groups(3, Pairs{{0, 2}})), ElementsAre("a", "ab", "b"));
}

TEST(GroupLettersTest, GoesOnAfterZ) {
  Groups groups(28);
  groups[25] = groups[26] = groups[27] = {0};

  EXPECT_THAT(group_letters(1, groups), ElementsAre("z(aa)(ab)"));
}

}  // namespace
}  // namespace yardstick
