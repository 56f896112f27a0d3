#include "tasks/io/image_decoder.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace yardstick::test {
namespace {

using testing::HasSubstr;

class ReconstructCommandTest : public testing::Test {
 protected:
  Finished run(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"reconstruct", "mae_test"};
    words.insert(words.end(), more.begin(), more.end());
    return yardstick(words, {.folder = folder_.path()});
  }

  Image drawn(const std::string& name) {
    const std::string bytes = read_file(folder_.file(name));
    return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }

  bool exists(const std::string& name) { return std::filesystem::exists(folder_.file(name)); }

  TempDir folder_;
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
  EXPECT_THAT(yardstick({"reconstruct", "vit_test", "--random-weights", "--task", "digits"},
                        {.folder = folder_.path()}),
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
