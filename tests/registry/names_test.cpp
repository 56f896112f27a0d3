#include <yardstick/names.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(GlobMatchTest, TakesStarsAndQuestionMarks) {
  EXPECT_TRUE(glob_match("vit_*_224", "vit_base_patch16_224"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("hiera_?ase*", "hiera_base_224"));
  EXPECT_FALSE(glob_match("vit_*_224", "vit_base_patch16_384"));
  EXPECT_FALSE(glob_match("?", ""));
}

TEST(GlobMatchTest, EndsQuicklyOnManyStars) {
  EXPECT_FALSE(glob_match("*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST(NaturalLessTest, ComparesRunsOfDigitsAsNumbers) {
  std::vector<std::string> names = {"vit_10", "vit_9", "vit_base", "vit_09", "vit_1"};

  std::sort(names.begin(), names.end(), natural_less);

  EXPECT_THAT(names, ElementsAre("vit_1", "vit_09", "vit_9", "vit_10", "vit_base"));
}

TEST(NearestNamesTest, FindsTyposAndCutOffNames) {
  const std::vector<std::string> names = {"hiera_base_224", "hiera_tiny_224",
                                          "vit_base_patch16_224"};

  EXPECT_THAT(nearest_names("heira_base_224", names, 1), ElementsAre("hiera_base_224"));
  EXPECT_THAT(nearest_names("hiera_t", names), ElementsAre("hiera_tiny_224"));
  EXPECT_THAT(nearest_names("resnet50", names), IsEmpty());
}

TEST(SuggestionTest, ReadsAsASentence) {
  const std::vector<std::string> names = {"epochs", "epoch", "lr"};

  EXPECT_EQ(suggestion("epoches", names), "did you mean epochs or epoch?");
  EXPECT_EQ(suggestion("nothing_like_it", names), "");
}

}  // namespace
}  // namespace yardstick
