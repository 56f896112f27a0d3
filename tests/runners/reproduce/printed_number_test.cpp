#include "runners/reproduce/printed_number.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

TEST(PrintedNumberTest, KnowsWhatItsLastDigitStandsFor) {
  const auto rounded = parse_printed_number("84.0");
  ASSERT_TRUE(rounded);
  EXPECT_EQ(rounded->text, "84.0");
  EXPECT_DOUBLE_EQ(rounded->value, 84);
  EXPECT_DOUBLE_EQ(rounded->half_unit(), 0.05);

  const auto whole = parse_printed_number("2758");
  ASSERT_TRUE(whole);
  EXPECT_DOUBLE_EQ(whole->unit, 1);
  EXPECT_DOUBLE_EQ(parse_printed_number("-0.125")->value, -0.125);
}

TEST(PrintedNumberTest, IsNothingWhereThereIsMoreOrLessThanANumber) {
  for (const char* text : {"", ".", "-", "1.", ".5", "1e3", "1,5", "84 %", " 84", "nan", "0x10",
                           "1.2.3", "123456789012345678901"}) {
    EXPECT_FALSE(parse_printed_number(text)) << text;
  }
}

}  // namespace
}  // namespace yardstick
