#include "results/html_report.h"

#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace yardstick {
namespace {

using nlohmann::json;
using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string assets() { return test::source_path("results/report"); }
constexpr char kHostile[] =
    "</script><script>alert(\"1\")</script>|`*\n\x1b[2J\xe2\x80\xa8{{data}},\"";

class HtmlReportTest : public testing::Test {
 protected:
  HtmlReportTest() {
    store_.append(test::eval_record(1, "vit_test", 0.93));
    store_.append(test::eval_record(2, "hiera_test", 0.952));
    store_.append(test::bench_record(3, "vit_test", 1, 93.1, 0.0107));
    store_.append(test::bench_record(4, "vit_test", 32, 312.4, 0.1024));
    store_.append(test::bench_record(5, "vit_base", 1, 11.2, 0.0893));
  }

  // What the page's script reads.
  static std::string data_of(const std::string& html) {
    const std::string open = "<script type=\"application/json\" id=\"data\">";
    const std::size_t begin = html.find(open) + open.size();
    return html.substr(begin, html.find("</script>", begin) - begin);
  }
  json data(const ReportOptions& options = {}) const {
    return json::parse(data_of(html_report(store_, assets(), options)));
  }

  // A column is a list, or the one value of all rows.
  static json at(const json& column, std::size_t i) {
    return column.is_array() ? column[i] : column;
  }
  static std::string text(const json& page, const char* field, std::size_t row) {
    return page["texts"][at(page["rows"][field], row).get<std::size_t>()];
  }
  static json figure(const json& page, const std::string& tag) {
    for (const json& column : page["rows"]["figures"]) {
      if (column["tag"] == tag) return column;
    }
    return nullptr;
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
};

TEST_F(HtmlReportTest, CarriesRowsWithTheirFigures) {
  const json page = data();

  ASSERT_EQ(page["rows"]["count"], 3);
  EXPECT_EQ(text(page, "model", 0), "hiera_test");
  EXPECT_EQ(text(page, "model", 1), "vit_test");
  EXPECT_EQ(text(page, "model", 2), "vit_base");
  const json accuracy = figure(page, "accuracy/top1");
  EXPECT_EQ(accuracy["row"], json::array({0, 1}));
  EXPECT_EQ(accuracy["value"], json::array({0.952, 0.93}));
  EXPECT_EQ(accuracy["low"], json::array({0.937, 0.915}));
  EXPECT_EQ(accuracy["bench"], 0);
  const json throughput = figure(page, "throughput/inference/images");
  EXPECT_EQ(throughput["value"], json::array({312.4, 11.2}));
  EXPECT_EQ(throughput["batch"], json::array({32, 1}));
  EXPECT_EQ(page["quantities"][at(throughput["quantity"], 0).get<std::size_t>()][1], "per_second");
}

TEST_F(HtmlReportTest, NamesARowByItsConfigurationOnly) {
  const json before = data()["rows"]["key"];
  store_.append(test::eval_record(9, "vit_test", 0.99));  // now first

  const json after = data()["rows"]["key"];

  EXPECT_EQ(before[1], after[0]);
  EXPECT_EQ(before[0], after[1]);
  EXPECT_EQ(before[0].get<std::string>().size(), 10u);
}

TEST_F(HtmlReportTest, CarriesRunsWithWhatTheyWereRunWith) {
  RunRecord failed = test::bench_record(8, "vit_base", 256, 0, 0);
  failed.status = RunStatus::kFailed;
  failed.reason = "out_of_memory at batch 256";
  failed.measurements.clear();
  store_.append(failed);
  RunRecord tuned = test::bench_record(7, "vit_tuned", 1, 50, 0.02);
  tuned.effective = R"({"warmup_s": {"value": 2.5, "origin": "flag"}})";
  store_.append(tuned);

  const json page = data();

  EXPECT_EQ(page["run_count"], 7);
  ASSERT_EQ(page["runs"]["detailed"].size(), 7u);
  EXPECT_EQ(page["runs"]["detailed"][0]["reason"], "out_of_memory at batch 256");
  const std::size_t id = page["runs"]["detailed"][1]["id"];
  EXPECT_EQ(page["run_ids"][id], test::sample_id(7));
  const json facts = page["runs"]["facts_of"][id];
  EXPECT_EQ(facts[0], "bench");
  EXPECT_EQ(page["facts"][facts[2][0].get<std::size_t>()],
            json::array({"warmup_s", "2.5", "flag"}));
  EXPECT_EQ(page["facts"][facts[3][0].get<std::size_t>()],
            json::array({"cpu_model", "Example CPU"}));
}

TEST_F(HtmlReportTest, ShowsTheRowsThatWereAskedFor) {
  const json best = data({.query = {.limit = 1}});
  EXPECT_EQ(best["rows"]["count"], 2);  // of the task, and of what was not evaluated

  const json filtered = data({.query = {.filters = {"model=vit_*"}}});
  EXPECT_EQ(filtered["rows"]["count"], 2);
  EXPECT_EQ(filtered["query"]["filters"][0], "model=vit_*");

  EXPECT_THAT([&] { data({.query = {.task = "digit"}}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no row is of task digit")));
}

TEST_F(HtmlReportTest, KeepsTextFromTheRecordsText) {
  store_.append(test::eval_record(9, kHostile, 0.99));

  const std::string data = data_of(html_report(store_, assets()));

  EXPECT_THAT(data, AllOf(Not(HasSubstr("<")), Not(HasSubstr(">")), Not(HasSubstr("\xe2\x80\xa8")),
                          Not(HasSubstr("\n"))));
  EXPECT_EQ(text(json::parse(data), "model", 0), kHostile);
}

TEST_F(HtmlReportTest, KeepsItsTitleText) {
  const std::string html = html_report(store_, assets(), {.title = "</title><script>\"&{{data}}"});

  EXPECT_THAT(html, HasSubstr("<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;{{data}}</title>"));
}

TEST_F(HtmlReportTest, SurvivesTextThatIsNotUtf8) {
  store_.append(test::eval_record(9, "caf\xe9", 0.99));

  EXPECT_EQ(text(data(), "model", 0), "caf\xef\xbf\xbd");
}

TEST_F(HtmlReportTest, KeepsNumbersThatJsonCannotExpress) {
  RunRecord record = test::eval_record(9, "vit_lost", 0.9);
  record.measurements.push_back(test::measured("loss/nll", std::numeric_limits<double>::infinity(),
                                               Unit::kNats, Direction::kLowerIsBetter));
  store_.append(record);

  EXPECT_EQ(figure(data(), "loss/nll")["value"], json::array({"inf"}));
}

TEST_F(HtmlReportTest, AsksTheNetworkForNothing) {
  const std::string html = html_report(store_, assets());

  EXPECT_THAT(html,
              AllOf(HasSubstr("Content-Security-Policy\" content=\"default-src 'none'"),
                    Not(HasSubstr("src=\"")), Not(HasSubstr("<link")), Not(HasSubstr("@import")),
                    Not(HasSubstr("url(http")), Not(HasSubstr("href=\"http"))));
}

TEST_F(HtmlReportTest, LeavesNoPlaceholderUnfilled) {
  EXPECT_THAT(html_report(store_, assets()),
              AllOf(StartsWith("<!DOCTYPE html>"), Not(HasSubstr("{{")), HasSubstr("ISC licence")));
}

TEST_F(HtmlReportTest, GivesTheSameBytesForTheSameRecords) {
  EXPECT_EQ(html_report(store_, assets()), html_report(store_, assets()));
}

TEST_F(HtmlReportTest, ThinsLongSeriesToOrderStatistics) {
  RunRecord record = test::bench_record(9, "vit_long", 1, 100, 0.01);
  record.samples = {{"latency/inference", Unit::kSeconds, {}}};
  for (int i = 9999; i >= 0; --i) record.samples[0].values.push_back(i);
  store_.append(record);

  const json page = data();
  const json series = page["runs"]["detailed"][0]["samples"][0];

  EXPECT_EQ(series["n"], 10'000);
  EXPECT_EQ(series["sorted"].size(), 200u);
  EXPECT_EQ(series["sorted"].front(), 0);
  EXPECT_EQ(series["sorted"].back(), 9999);
}

TEST_F(HtmlReportTest, ShowsWhereASpeedChanged) {
  for (int night = 1; night <= 20; ++night) {
    const double step_s = (night <= 10 ? 0.1 : 0.12) * (1 + 0.001 * (night % 3));
    RunRecord record = test::bench_record(100 + night, "vit_night", 1, 1 / step_s, step_s);
    record.started_at = concat("2026-10-", night < 10 ? "0" : "", night, "T02:00:00.000Z");
    record.provenance["git_commit"] = concat("commit", night);
    store_.append(record);
  }

  const json history = data()["history"];

  ASSERT_EQ(history["series"].size(), 2u);  // latency and throughput
  const json series = history["series"][0];
  EXPECT_EQ(series["model"], "vit_night");
  EXPECT_EQ(series["value"].size(), 20u);
  ASSERT_EQ(series["changes"].size(), 1u);
  EXPECT_EQ(series["changes"][0][0], 10);
  EXPECT_EQ(series["changes"][0][3], 1);  // worse
}

TEST_F(HtmlReportTest, ShowsRunsEvenWhereNoneIsRanked) {
  ResultStore other(folder_.file("other.db"), ResultStore::Mode::kReadWrite);
  EXPECT_THAT([&] { html_report(other, assets()); },
              ThrowsError(ErrorKind::kUser, HasSubstr("holds no run yet")));
  other.append(test::full_record());

  const json page = json::parse(data_of(html_report(other, assets())));

  EXPECT_EQ(page["rows"]["count"], 0);
  EXPECT_EQ(page["runs"]["detailed"].size(), 1u);
}

TEST_F(HtmlReportTest, MakesAPageOfALeaderboardToo) {
  const Leaderboard board = query_leaderboard(store_, {.group = "none"});

  const json page = json::parse(data_of(format_leaderboard(board, "html", assets())));

  EXPECT_EQ(page["rows"]["count"], 3);
}

TEST_F(HtmlReportTest, NamesAMissingPart) {
  EXPECT_THAT([&] { html_report(store_, folder_.path()); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(folder_.file("report.html")),
                                                  HasSubstr("YARDSTICK_SHARE"))));
}

TEST(ScriptSafeTest, EscapesWhatCouldEndAScriptOrALine) {
  EXPECT_EQ(detail::script_safe("\"<!--&>\xe2\x80\xa8\xe2\x80\xa9é\""),
            "\"\\u003c!--\\u0026\\u003e\\u2028\\u2029é\"");
}

}  // namespace
}  // namespace yardstick
