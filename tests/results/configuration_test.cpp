#include "results/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yardstick::detail {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kFour[] = R"([{"name":"tome","params":{"prop_attn":"auto","r":4}}])";
constexpr char kEight[] = R"([{"name":"tome","params":{"prop_attn":"auto","r":8}}])";
constexpr char kBoth[] =
    R"([{"name":"tome","params":{"prop_attn":"auto","r":4}},{"name":"linear_probe","params":{}}])";

TEST(MethodTextsTest, SaysWhatUsesDifferIn) {
  const MethodTexts texts({kFour, "[]", kEight});

  EXPECT_EQ(texts.text(kFour), "tome(r=4)");
  EXPECT_EQ(texts.text(kBoth), "tome(r=4) + linear_probe");
  EXPECT_EQ(texts.text("[]"), "");
  EXPECT_THAT(texts.left_out(), ElementsAre("tome: prop_attn=auto"));
}

TEST(MethodTextsTest, SaysEverythingOfAMethodThatIsUsedInOneWay) {
  const MethodTexts texts({kFour, "[]", kFour});

  EXPECT_EQ(texts.text(kFour), "tome(prop_attn=auto, r=4)");
  EXPECT_THAT(texts.left_out(), IsEmpty());
}

TEST(MethodTextsTest, ShowsWhatIsNoListAsItIs) {
  const MethodTexts texts({"by hand"});

  EXPECT_EQ(texts.text("by hand"), "by hand");
}

}  // namespace
}  // namespace yardstick::detail
