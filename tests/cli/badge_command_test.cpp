// badge, and the formats of leaderboard, through the real binary.

#include "results/result_store.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PublishedFormatsTest : public testing::Test {
 protected:
  PublishedFormatsTest() {
    ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadWrite);
    store.append(eval_record(1, "vit_test", 0.93));
    store.append(eval_record(2, "hiera_test", 0.952));
    store.append(bench_record(3, "vit_test", 8, 312.4, 0.0107));
  }

  Finished run(const std::vector<std::string>& words) {
    return yardstick(words, {.folder = folder_.path()});
  }

  TempDir folder_;
};

TEST_F(PublishedFormatsTest, BadgeShowsTheBestRow) {
  EXPECT_THAT(run({"badge"}), Prints(AllOf(StartsWith("<svg"), HasSubstr("top-1: 95.2 %"))));
  EXPECT_THAT(run({"badge", "--filter", "model=vit_*", "--no-intervals", "--out", "top1.svg"}),
              Prints("top1.svg\n"));
  EXPECT_THAT(read_file(folder_.file("top1.svg")),
              AllOf(HasSubstr(">93.0 %</text>"), HasSubstr("accuracy/top1 of vit_test")));

  const json endpoint = json::parse(run({"badge", "--tag", "throughput/inference/images", "--label",
                                         "speed", "--color", "green", "--json"})
                                        .out);
  EXPECT_EQ(endpoint, (json{{"schemaVersion", 1},
                            {"label", "speed"},
                            {"message", "312.4 images/s [309.3, 315.5]"},
                            {"color", "green"}}));
}

TEST_F(PublishedFormatsTest, BadgeRefusesWhatItCannotShow) {
  EXPECT_THAT(run({"badge", "--tag", "accuracy/top2"}), Fails(2, HasSubstr("accuracy/top1")));
  EXPECT_THAT(run({"badge", "--color", "gren"}), Fails(2, HasSubstr("did you mean green")));
  EXPECT_THAT(run({"badge", "--format", "png"}), Fails(2, HasSubstr("svg or json")));
}

TEST_F(PublishedFormatsTest, LeaderboardTakesColumnsInEveryTextFormat) {
  for (const std::string format : {"table", "md", "csv", "latex"}) {
    const Finished finished = run({"leaderboard", "--format", format, "--columns",
                                   "latency/*,accuracy/top1", "--no-intervals"});
    EXPECT_THAT(finished, Prints(AllOf(HasSubstr("latency"), Not(HasSubstr("throughput")),
                                       Not(HasSubstr("91.5")), Not(HasSubstr("0.915")))))
        << format;
  }
  EXPECT_THAT(run({"leaderboard", "--columns", "acuracy/top1"}),
              Fails(2, HasSubstr("did you mean accuracy/top1?")));
  EXPECT_THAT(run({"leaderboard", "--json", "--no-intervals"}), Fails(2, HasSubstr("json has")));
}

}  // namespace
}  // namespace yardstick::test
