#include "tests/cli/finished_matchers.h"
#include "tests/cli/picture_fixture.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace yardstick::test {
namespace {

using testing::HasSubstr;

class ReconstructCommandTest : public PictureCommandTest {
 protected:
  ReconstructCommandTest() : PictureCommandTest({"reconstruct", "mae_test"}) {}
};

TEST_F(ReconstructCommandTest, DrawsThreeRowsOfDigits) {
  EXPECT_THAT(run({"--random-weights", "--task", "digits", "--count", "5", "--out", "grid.png"}),
              Prints("grid.png\n"));

  // Pictures of 32 px, three times as large, 4 px apart.
  const Image image = drawn("grid.png");
  EXPECT_EQ(image.width_px, 4 + 5 * (96 + 4));
  EXPECT_EQ(image.height_px, 4 + 3 * (96 + 4));
}

TEST_F(ReconstructCommandTest, DrawsTheSameForTheSameSeedOnly) {
  const std::vector<std::string> words = {"--random-weights", "--task=digits", "--count=2"};
  const auto draw = [&](const std::string& out, const std::string& seed) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--out", out, "--seed", seed, "--seed-init", "1"});
    EXPECT_EQ(run(all).code, 0);
    return drawn(out);
  };

  const Image first = draw("a.png", "3");

  EXPECT_EQ(draw("b.png", "3"), first);
  EXPECT_NE(draw("c.png", "4"), first);
}

TEST_F(ReconstructCommandTest, RefusesModelsWithoutMasking) {
  EXPECT_THAT(run_words({"reconstruct", "vit_test", "--random-weights", "--task", "digits"}),
              Fails(2, HasSubstr("vit_test")));
  EXPECT_FALSE(exists("reconstruction.png"));
}

TEST_F(ReconstructCommandTest, RefusesWhatItCannotDraw) {
  EXPECT_THAT(run({"--task", "digits"}), Fails(2, HasSubstr("--weights")));
  EXPECT_THAT(run({"--random-weights"}), Fails(2, HasSubstr("--task")));
  EXPECT_THAT(run({"--random-weights", "--task", "digits", "--images", "x"}),
              Fails(2, HasSubstr("--images")));
  EXPECT_THAT(run({"--random-weights", "--task", "digits", "--mask-ratio", "0.999"}),
              Fails(2, HasSubstr("mask ratio")));
  EXPECT_THAT(run({"--random-weights", "--task", "digits", "--out", "none/grid.png"}),
              Fails(4, HasSubstr("none/grid.png")));
  EXPECT_FALSE(exists("reconstruction.png"));
}

}  // namespace
}  // namespace yardstick::test
