#include "results/leaderboard.h"
#include "results/leaderboard_latex.h"
#include "results/reporters.h"
#include "tests/results/approved.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/version.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
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

TEST_F(ReportFormatsTest, PrintsTheApprovedLatex) {
  std::string latex = format_leaderboard(board(), "latex", "");
  const std::size_t version = latex.find(YARDSTICK_VERSION);
  ASSERT_NE(version, std::string::npos);
  latex.replace(version, std::string(YARDSTICK_VERSION).size(), "VERSION");

  test::expect_approved("leaderboard.tex", latex);
}

TEST_F(ReportFormatsTest, LatexHasInBoldWhatTheBestIsNotToldApartFrom) {
  RunRecord apart = test::eval_record(9, "vit_base", 0.90);
  store_.append(apart);

  const std::string latex =
      format_leaderboard(board({.filters = {"task=digits"}, .group = "none"}), "latex", "");

  // 95.2 [93.7, 96.4] is the best, 94.1 and 93.0 overlap it, 90.0 [88.5, 91.2] does not.
  EXPECT_THAT(latex, AllOf(HasSubstr("\\textbf{95} & \\textbf{.2}"),
                           HasSubstr("\\textbf{94} & \\textbf{.1}"),
                           HasSubstr("\\textbf{93} & \\textbf{.0}")));
  EXPECT_THAT(latex, AllOf(HasSubstr("90 & .0 "), Not(HasSubstr("\\textbf{90}"))));
  // Of latencies at two batch sizes none is best.
  EXPECT_THAT(latex, AllOf(HasSubstr("33 & .20"), HasSubstr("10 & .70")));
}

TEST_F(ReportFormatsTest, LatexPrintsHostileNamesAsTheyAre) {
  EXPECT_EQ(detail::latex_text("a_b 50% & #1 $x^2~ \\{}<>|\""),
            "a\\_b 50\\% \\& \\#1 \\$x\\textasciicircum{}2\\textasciitilde{} "
            "\\textbackslash{}\\{\\}\\textless{}\\textgreater{}\\textbar{}''");
  EXPECT_EQ(detail::latex_text("[2ex] *"), "{[}2ex{]} {*}");  // behind a line's end no argument
  EXPECT_EQ(detail::latex_text("a--b ''"), "a-{}-b '{}'");    // no dash, no quotation mark
  EXPECT_EQ(detail::latex_text("caf\xe9 \n µ"), "caf? ? $\\mu$");
}

TEST_F(ReportFormatsTest, ShowsTheColumnsAskedForInThatOrder) {
  Leaderboard shown = board();
  keep_columns(shown, {"latency/*", "accuracy/top1", "latency/inference/median"});

  EXPECT_THAT(shown.columns, ElementsAre("latency/inference/median", "accuracy/top1"));
  EXPECT_THAT(format_leaderboard(shown, "csv", "", {.has_intervals = false}),
              HasSubstr(",newest,latency/inference/median,latency/inference/median batch,"
                        "accuracy/top1,accuracy/top1 batch,flags,runs\r\n"));
  for (const char* format : {"table", "md", "latex"}) {
    EXPECT_THAT(format_leaderboard(shown, format, "", {.has_intervals = false}),
                AllOf(HasSubstr("95"), Not(HasSubstr("93.7"))))
        << format;
  }
  EXPECT_THAT([&] { keep_columns(shown, {"acuracy/top1"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("acuracy/top1")));
}

TEST_F(ReportFormatsTest, ShowsParametersWhereTheModelDoesNotSayThem) {
  const auto with_params = [](std::int64_t number, const char* model, const char* params) {
    RunRecord record = test::eval_record(number, model, 0.9);
    record.provenance["model_params"] = params;
    return record;
  };
  store_.append(with_params(9, "mvit_test", R"({"classes": 10, "img_size": 32})"));
  for (const char* format : {"table", "md", "latex"}) {
    EXPECT_THAT(format_leaderboard(board(), format, ""), Not(HasSubstr("size=32"))) << format;
  }

  store_.append(with_params(10, "mvit_test", R"({"classes": 10, "img_size": 64})"));
  for (const char* format : {"table", "md", "latex"}) {
    EXPECT_THAT(format_leaderboard(board(), format, ""),
                AllOf(HasSubstr("size=32"), HasSubstr("size=64")))
        << format;
  }
}

TEST_F(ReportFormatsTest, MarkdownMentionsNobody) {
  store_.append(test::eval_record(9, "vit@someone#12", 0.99));

  EXPECT_THAT(format_leaderboard(board(), "md", ""),
              AllOf(HasSubstr("vit@<!-- -->someone#<!-- -->12"), Not(HasSubstr("@8")),
                    Not(HasSubstr("@32"))));
}

TEST_F(ReportFormatsTest, CsvIsExactAndRunsNoFormula) {
  RunRecord record = test::eval_record(9, "=HYPERLINK(\"http://x\")", 1.0 / 3);
  record.flags = {"-1+1", "@x"};
  store_.append(record);

  EXPECT_THAT(format_leaderboard(board(), "csv", ""),
              AllOf(HasSubstr(",\"'=HYPERLINK(\"\"http://x\"\")\","),
                    HasSubstr(",0.3333333333333333,"), HasSubstr(",'-1+1 @x,")));
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
              ThrowsError(ErrorKind::kUser, HasSubstr("table, md, csv, latex, json or html")));
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
