#include "cli/batch_list.h"

#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yardstick::cli {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(BatchListTest, ReadsNumbersAndRanges) {
  EXPECT_THAT(parse_batches("1,8,32", "--batch"), ElementsAre(1, 8, 32));
  EXPECT_THAT(parse_batches("1-4", "--batch"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(parse_batches("2-10+4", "--batch"), ElementsAre(2, 6, 10));
  EXPECT_THAT(parse_batches("1-64*2", "--batch"), ElementsAre(1, 2, 4, 8, 16, 32, 64));
  EXPECT_THAT(parse_batches("3-50*4,7", "--batch"), ElementsAre(3, 12, 48, 7));
}

class BatchListRefusalTest : public testing::TestWithParam<const char*> {};

TEST_P(BatchListRefusalTest, IsAUserError) {
  EXPECT_THAT([] { parse_batches(GetParam(), "--batch"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("--batch")));
}

INSTANTIATE_TEST_SUITE_P(Malformed, BatchListRefusalTest,
                         testing::Values("", "0", "-1", "a", "1,", ",1", "8-1", "1-8*1", "1-8*",
                                         "1-8+0", "1 2", "1.5", "99999999999999999999",
                                         "1-16777216"));

}  // namespace
}  // namespace yardstick::cli
