#include "tests/cli/finished_matchers.h"
#include "tests/cli/picture_fixture.h"
#include "tests/support/project_paths.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <string>

namespace yardstick::test {
namespace {

using testing::HasSubstr;

class TokensCommandTest : public PictureCommandTest {
 protected:
  TokensCommandTest() : PictureCommandTest({"tokens", "--random-weights"}) {}
};

TEST_F(TokensCommandTest, DrawsAnImageOverItsTokens) {
  const std::string photo = test::test_data("golden/preprocess/images/rgb_444.jpg");

  EXPECT_THAT(run({"vit_test", "--method", "tome:r=4", "--image", photo, "--out", "out.png"}),
              Prints("out.png\n"));

  // One picture of 32 px, seven times as large, 4 px apart.
  const Image image = drawn("out.png");
  EXPECT_EQ(image.width_px, 4 + 224 + 4);
  EXPECT_EQ(image.height_px, 4 + 2 * (224 + 4));
}

TEST_F(TokensCommandTest, CountsTokensOfDigits) {
  const Finished finished = run(
      {"vit_nano_patch4_28", "--task", "digits", "--count", "3", "--method", "tome:r=8", "--json"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  const auto json = nlohmann::json::parse(finished.out);
  EXPECT_EQ(json["picture"], "tokens.png");
  EXPECT_EQ(json["tokens"], 50);
  EXPECT_EQ(json["tokens_left"], 50 - 4 * 8);
  EXPECT_EQ(drawn("tokens.png").width_px, 4 + 3 * (224 + 4));
}

TEST_F(TokensCommandTest, DrawsTheMiddleFramesOfClips) {
  EXPECT_THAT(run({"mae_st_vit_test", "--task", "digits", "--count", "1", "--method", "tome:r=2"}),
              Prints("tokens.png\n"));
  EXPECT_TRUE(exists("tokens.png"));
}

TEST_F(TokensCommandTest, RefusesWhatItCannotDraw) {
  EXPECT_THAT(run({"vit_test", "--task", "digits"}), Fails(2, HasSubstr("--method tome:r=16")));
  EXPECT_THAT(run({"hiera_test", "--task", "digits"}), Fails(2, HasSubstr("grid")));
  EXPECT_THAT(run({"vit_test", "--method", "tome:r=0", "--task", "digits"}),
              Fails(2, HasSubstr("merged no tokens")));
  EXPECT_THAT(run({"vit_test", "--method", "tome:r=2", "--task", "digits", "--image", "x.png"}),
              Fails(2, HasSubstr("--image")));
  EXPECT_THAT(run_words({"tokens", "vit_test", "--method", "tome:r=2", "--task", "digits"}),
              Fails(2, HasSubstr("--weights")));
  EXPECT_FALSE(exists("tokens.png"));
}

}  // namespace
}  // namespace yardstick::test
