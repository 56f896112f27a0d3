#include "results/leaderboard.h"
#include "results/reporters.h"
#include "tests/results/approved.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr char kHostile[] = "</script><script>alert(\"1\")</script>|`*\n\x1b[2J\xe2\x80\xa8,\"";

class ReportFormatsTest : public testing::Test {
 protected:
  ReportFormatsTest() {
    store_.append(test::eval_record(1, "vit_test", 0.93));
    store_.append(test::eval_record(2, "hiera_test", 0.952));
    RunRecord merged = test::eval_record(3, "hiera_test", 0.941);
    merged.methods = R"([{"name":"tome","params":{"r":16}}])";
    merged.flags = {"bad_inputs_skipped=3"};
    store_.append(merged);
    store_.append(test::bench_record(4, "vit_test", 1, 93.1, 0.0107));
    store_.append(test::bench_record(5, "vit_test", 32, 312.4, 0.1024));
    RunRecord noisy = test::bench_record(6, "hiera_test", 8, 240.9, 0.0332);
    noisy.flags = {"noisy"};
    store_.append(noisy);
    store_.append(test::bench_record(7, "vit_base", 1, 11.2, 0.0893));
  }

  Leaderboard board(const LeaderboardQuery& query = {.group = "none"}) {
    return query_leaderboard(store_, query);
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
};

TEST_F(ReportFormatsTest, PrintsTheApprovedTable) {
  test::expect_approved("leaderboard.txt", format_leaderboard(board(), "table", ""));
}

TEST_F(ReportFormatsTest, PrintsTheApprovedTableBySpeed) {
  const LeaderboardQuery query{.sort = "throughput/inference/images"};
  test::expect_approved("leaderboard_by_speed.txt", format_leaderboard(board(query), "table", ""));
}

TEST_F(ReportFormatsTest, PrintsTheApprovedMarkdown) {
  test::expect_approved("leaderboard.md", format_leaderboard(board(), "md", ""));
}

TEST_F(ReportFormatsTest, PrintsTheApprovedCsv) {
  test::expect_approved("leaderboard.csv", format_leaderboard(board(), "csv", ""));
}

TEST_F(ReportFormatsTest, PrintsTheApprovedJson) {
  test::expect_approved("leaderboard.json", format_leaderboard(board(), "json", ""));
}

TEST_F(ReportFormatsTest, PrintsTheApprovedRecord) {
  test::expect_approved("record.json", record_to_json(test::full_record(), false));
  test::expect_approved("record_with_samples.json", record_to_json(test::full_record(), true));
  test::expect_approved("record.txt", record_to_text(test::full_record(), RecordDetail::kFull));
  test::expect_approved("record_brief.txt",
                        record_to_text(test::full_record(), RecordDetail::kBrief));
}

TEST_F(ReportFormatsTest, RefusesAFormatThatIsNone) {
  EXPECT_THAT([&] { format_leaderboard(board(), "xml", ""); },
              ThrowsError(ErrorKind::kUser, HasSubstr("table, md, csv, json or html")));
}

TEST_F(ReportFormatsTest, GivesHostileNamesNoPowerOverATerminalOrATable) {
  store_.append(test::eval_record(9, kHostile, 0.99));

  EXPECT_THAT(format_leaderboard(board(), "table", ""),
              AllOf(HasSubstr("</script><script>"), Not(HasSubstr("\x1b")), Not(HasSubstr("\n["))));
  EXPECT_THAT(format_leaderboard(board(), "md", ""),
              AllOf(HasSubstr("\\<script\\>"), HasSubstr("\\|\\`\\*??"), Not(HasSubstr("\x1b"))));
  EXPECT_THAT(format_leaderboard(board(), "csv", ""),
              HasSubstr("\"</script><script>alert(\"\"1\"\")</script>|`*\n"));
}

}  // namespace
}  // namespace yardstick
