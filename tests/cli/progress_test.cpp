#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace yardstick::cli {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

Progress halfway() {
  return {.stage = "train",
          .done = 50,
          .total = 100,
          .epoch = 2,
          .epochs = 4,
          .items_per_s = 812.4,
          .loss = 0.12345};
}

TEST(ProgressPrinterTest, DrawsABarAndWipesIt) {
  std::ostringstream err;
  {
    ProgressPrinter printer(err, ProgressPrinter::Style::kBar);
    printer.update(halfway());
    EXPECT_THAT(err.str(), AllOf(HasSubstr("train epoch 2/4"), HasSubstr("50%"),
                                 HasSubstr("loss 0.1235"), HasSubstr("812 images/s")));
  }
  EXPECT_THAT(err.str(), EndsWith("\r\033[K"));
}

TEST(ProgressPrinterTest, PrintsOnlyMilestonesInAPipe) {
  std::ostringstream err;
  ProgressPrinter printer(err, ProgressPrinter::Style::kLines);

  printer.update(halfway());
  printer.milestone("epoch 1/4 loss 2.1");

  EXPECT_EQ(err.str(), "epoch 1/4 loss 2.1\n");
}

TEST(ProgressPrinterTest, IsSilentWhereAsked) {
  std::ostringstream err;
  ProgressPrinter printer(err, ProgressPrinter::Style::kSilent);

  printer.update(halfway());
  printer.milestone("epoch 1/4 loss 2.1");

  EXPECT_EQ(err.str(), "");
}

TEST(ProgressPrinterTest, WritesTimesAsClocksDo) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(245.4), "4:05");
  EXPECT_EQ(clock_text(3723), "1:02:03");
}

}  // namespace
}  // namespace yardstick::cli
