#include "cli/text_table.h"

#include <gtest/gtest.h>

namespace yardstick::cli {
namespace {

using Align = TextTable::Align;

TEST(TextTableTest, AlignsColumnsByCharacters) {
  TextTable table({Align::kLeft, Align::kRight, Align::kLeft}, "  ");
  table.add({"naïve", "1", "x"}).add({"longer", "1000"});

  EXPECT_EQ(table.text(), "  naïve      1  x\n  longer  1000\n");
}

TEST(TextTableTest, WrapsAtBlanks) {
  EXPECT_EQ(wrap("one two three four", 9, "  "), "  one two\n  three\n  four\n");
  EXPECT_EQ(wrap("unbreakable", 4, ""), "unbreakable\n");
}

}  // namespace
}  // namespace yardstick::cli
