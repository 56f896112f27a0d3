#include "results/reporters.h"
#include "tests/results/sample_records.h"

#include <gmock/gmock.h>

#include <limits>

namespace yardstick {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string with_interval(const std::string& tag, double value, double low, double high,
                          Unit unit) {
  Measurement measurement = test::measured(tag, value, unit, Direction::kHigherIsBetter);
  measurement.low = low;
  measurement.high = high;
  return format_measurement(measurement);
}

TEST(FormatValueTest, PrintsFractionsAsPercentages) {
  EXPECT_EQ(format_value(0.845, Unit::kFraction), "84.50 %");
  EXPECT_EQ(format_value(0, Unit::kFraction), "0.00 %");
  EXPECT_EQ(format_value(1, Unit::kFraction), "100.00 %");
}

TEST(FormatValueTest, ChoosesTheUnitOfTime) {
  EXPECT_EQ(format_value(12.3e-9, Unit::kSeconds), "12.3 ns");
  EXPECT_EQ(format_value(12.3e-6, Unit::kSeconds), "12.3 µs");
  EXPECT_EQ(format_value(0.0123, Unit::kSeconds), "12.3 ms");
  EXPECT_EQ(format_value(0.99999, Unit::kSeconds), "1.00 s");
  EXPECT_EQ(format_value(312, Unit::kSeconds), "312 s");
  EXPECT_EQ(format_value(900, Unit::kSeconds), "15.0 min");
  EXPECT_EQ(format_value(9000, Unit::kSeconds), "2.50 h");
  EXPECT_EQ(format_value(0, Unit::kSeconds), "0.00 s");
}

TEST(FormatValueTest, ScalesCountsAndSizes) {
  EXPECT_EQ(format_value(1000, Unit::kCount), "1000");
  EXPECT_EQ(format_value(5717416, Unit::kCount), "5.72 M");
  EXPECT_EQ(format_value(51.0e6, Unit::kCount), "51.0 M");
  EXPECT_EQ(format_value(999'700'000, Unit::kCount), "1.00 G");
  EXPECT_EQ(format_value(512, Unit::kBytes), "512 B");
  EXPECT_EQ(format_value(22.9 * 1024 * 1024, Unit::kBytes), "22.9 MiB");
  EXPECT_EQ(format_value(1.26e9, Unit::kMacs), "1.26 GMACs");
}

TEST(FormatValueTest, ScalesEnergy) {
  EXPECT_EQ(format_value(2.5, Unit::kJoules), "2.50 J");
  EXPECT_EQ(format_value(0.99999, Unit::kJoules), "1.00 J");
  EXPECT_EQ(format_value(0.0316, Unit::kJoules), "31.6 mJ");
  EXPECT_EQ(format_value(4.2e-5, Unit::kJoules), "42.0 µJ");
  EXPECT_EQ(format_value(1500, Unit::kJoules), "1.50 kJ");
  EXPECT_EQ(format_value(412, Unit::kWatts), "412 W");
}

TEST(FormatValueTest, PrintsRatesPlainlyUpToAHundredThousand) {
  EXPECT_EQ(format_value(84.31, Unit::kPerSecond), "84.3 /s");
  EXPECT_EQ(format_value(12345, Unit::kPerSecond), "12345 /s");
  EXPECT_EQ(format_value(123456, Unit::kPerSecond), "123 k/s");
}

TEST(FormatValueTest, PrintsWhatIsNoNumber) {
  EXPECT_EQ(format_value(kNaN, Unit::kNats), "NaN nats");
  EXPECT_EQ(format_value(-kInfinity, Unit::kNone), "-inf");
  EXPECT_EQ(format_value(std::numeric_limits<double>::max(), Unit::kNone), "1.8e+308");
}

TEST(FormatMeasurementTest, ShowsAsManyDigitsAsTheIntervalBears) {
  EXPECT_EQ(with_interval("accuracy/top1", 0.952, 0.937, 0.964, Unit::kFraction),
            "95.2 % [93.7, 96.4]");
  EXPECT_EQ(with_interval("accuracy/top1", 0.845, 0.8418, 0.8481, Unit::kFraction),
            "84.50 % [84.18, 84.81]");
  EXPECT_EQ(with_interval("latency", 0.01234, 0.0118, 0.0129, Unit::kSeconds),
            "12.3 ms [11.8, 12.9]");
  EXPECT_EQ(with_interval("latency", 0.0123, 0.0123, 0.0123, Unit::kSeconds),
            "12.3 ms [12.3, 12.3]");
}

TEST(FormatMeasurementTest, NamesTheItemsOfARate) {
  EXPECT_EQ(with_interval("throughput/inference/images", 312, 308, 316, Unit::kPerSecond),
            "312 images/s [308, 316]");
  EXPECT_EQ(with_interval("train/images_per_s", 250'000, 248'000, 252'000, Unit::kPerSecond),
            "250.0 k images/s [248.0, 252.0]");
}

TEST(ColumnTextTest, HasOneUnitForAll) {
  const Measurement small = test::measured("t", 5.72e6, Unit::kCount, Direction::kNeutral);
  const Measurement large = test::measured("t", 632e6, Unit::kCount, Direction::kNeutral);
  const Measurement tiny = test::measured("t", 0, Unit::kCount, Direction::kNeutral);

  const auto texts = column_text({&small, nullptr, &large, &tiny});

  ASSERT_EQ(texts.size(), 4u);
  EXPECT_EQ(texts[0].value + texts[0].unit, "5.72M");
  EXPECT_EQ(texts[1].value + texts[1].unit, "");
  EXPECT_EQ(texts[2].value + texts[2].unit, "632M");
  EXPECT_EQ(texts[3].unit, "M");
  EXPECT_TRUE(column_text({}).empty());
}

TEST(ColumnTextTest, ChoosesTheUnitThatSuitsBothEnds) {
  const Measurement fast = test::measured("t", 0.5e-3, Unit::kSeconds, Direction::kLowerIsBetter);
  const Measurement slow = test::measured("t", 1.2, Unit::kSeconds, Direction::kLowerIsBetter);
  const Measurement lost = test::measured("t", kNaN, Unit::kSeconds, Direction::kLowerIsBetter);

  const auto texts = column_text({&fast, &slow, &lost});

  EXPECT_EQ(texts[0].value + texts[0].unit, "0.500ms");
  EXPECT_EQ(texts[1].value + texts[1].unit, "1200ms");
  EXPECT_EQ(texts[2].value, "NaN");
}

}  // namespace
}  // namespace yardstick
