#include "runners/process/cpu_list.h"

#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <thread>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CpuListTest, ReadsAndWritesRanges) {
  EXPECT_THAT(parse_cpu_list("0-3,8", "cpus"), ElementsAre(0, 1, 2, 3, 8));
  EXPECT_THAT(parse_cpu_list("5,1,1-2", "cpus"), ElementsAre(1, 2, 5));
  EXPECT_THAT(parse_cpu_list("", "cpus"), IsEmpty());
  EXPECT_EQ(cpu_list_text({0, 1, 2, 3, 8}), "0-3,8");
  EXPECT_EQ(cpu_list_text({}), "");
}

TEST(CpuListTest, RefusesOtherText) {
  for (const char* text :
       {"a", "1-", "-1", "3-1", "1,", ",1", "1 2", "1;2", "99999999999", "0-8192"}) {
    EXPECT_THAT([&] { parse_cpu_list(text, "cpus"); },
                ThrowsError(ErrorKind::kUser, HasSubstr("cpus")))
        << text;
  }
}

TEST(CpuListTest, KnowsWhereThisProcessMayRun) {
  // Fewer where the tests themselves are pinned.
  EXPECT_GE(allowed_cpus().size(), 1u);
  EXPECT_LE(allowed_cpus().size(), std::thread::hardware_concurrency());
}

}  // namespace
}  // namespace yardstick
