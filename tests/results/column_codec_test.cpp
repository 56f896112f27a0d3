#include "results/column_codec.h"

#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace yardstick::detail {
namespace {

using test::ThrowsError;
using testing::HasSubstr;
using testing::Lt;

TEST(ColumnCodecTest, ReturnsEveryBitOfDoubles) {
  const std::vector<double> values = {0.0,
                                      -0.0,
                                      1e-310,
                                      0.1,
                                      std::numeric_limits<double>::infinity(),
                                      std::numeric_limits<double>::max()};

  const auto back = unpack_doubles(pack(std::span(values)), 6, "samples");

  EXPECT_EQ(back, values);
  EXPECT_TRUE(std::signbit(back[1]));
}

TEST(ColumnCodecTest, ReturnsNegativeAndExtremeIntegers) {
  const std::vector<std::int32_t> small = {-1, 0, std::numeric_limits<std::int32_t>::min(),
                                           std::numeric_limits<std::int32_t>::max()};
  const std::vector<std::int64_t> large = {5, -5, std::numeric_limits<std::int64_t>::min(),
                                           std::numeric_limits<std::int64_t>::max()};

  EXPECT_EQ(unpack_int32(pack(std::span(small)), 4, "x"), small);
  EXPECT_EQ(unpack_differences(pack_differences(large), 4, "x"), large);
}

TEST(ColumnCodecTest, ReturnsNothingForNothing) {
  EXPECT_TRUE(unpack_doubles(pack(std::span<const double>()), 0, "x").empty());
}

TEST(ColumnCodecTest, StoresConsecutiveIndicesInLittleSpace) {
  std::vector<std::int64_t> index(50'000);
  std::iota(index.begin(), index.end(), 0);

  EXPECT_THAT(pack_differences(index).size(), Lt(1000));
}

TEST(ColumnCodecTest, RefusesBlobOfAnotherLength) {
  const std::vector<double> values(100, 1.5);
  const Blob blob = pack(std::span(values));

  EXPECT_THAT([&] { unpack_doubles(blob, 99, "run 7"); },
              ThrowsError(ErrorKind::kData, HasSubstr("run 7")));
  EXPECT_THAT([&] { unpack_doubles(blob, 101, "run 7"); },
              ThrowsError(ErrorKind::kData, HasSubstr("101 elements")));
  EXPECT_THAT([&] { unpack_doubles(blob, -1, "run 7"); },
              ThrowsError(ErrorKind::kData, HasSubstr("damaged")));
}

TEST(ColumnCodecTest, RefusesClaimThatNoBlobCouldHold) {
  const Blob blob(10);

  EXPECT_THAT([&] { unpack_doubles(blob, std::numeric_limits<std::int64_t>::max(), "run 7"); },
              ThrowsError(ErrorKind::kData, HasSubstr("in 10 bytes")));
}

TEST(ColumnCodecTest, RefusesBytesThatAreNotDeflated) {
  const Blob blob(64, std::byte{7});

  EXPECT_THAT([&] { unpack_floats(blob, 2, "run 7"); },
              ThrowsError(ErrorKind::kData, HasSubstr("run 7")));
}

TEST(ColumnCodecTest, PacksCorrectnessLowestBitFirst) {
  const std::vector<std::int32_t> target = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<std::int32_t> prediction = {1, 0, 3, 0, 0, 0, 0, 0, 9};

  EXPECT_EQ(pack_equal_bits(target, prediction), (Blob{std::byte{0b101}, std::byte{1}}));
}

}  // namespace
}  // namespace yardstick::detail
