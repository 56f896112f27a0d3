#include "results/reproductions.h"

#include "results/html_report.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace yardstick {
namespace {

using nlohmann::json;
using testing::IsEmpty;

class ReproductionsTest : public testing::Test {
 protected:
  // The verdicts on rows of one table, as `reproduce` stores them.
  void append(std::int64_t number, const std::string& paper, const std::string& machine,
              const json& rows) {
    append_text(number, paper,
                json{{"paper", paper},
                     {"title", "T"},
                     {"machine", machine},
                     {"quick", false},
                     {"tables", {{{"id", "t"}, {"about", ""}, {"rows", rows}}}}}
                    .dump());
  }

  void append_text(std::int64_t number, const std::string& paper, const std::string& text) {
    RunRecord record = test::bench_record(number, paper, 0, 1, 1);
    record.measurements.clear();
    record.samples.clear();
    record.on_leaderboard = false;
    record.started_at = "2026-11-2" + std::to_string(number) + "T10:00:00.000Z";
    record.provenance[kPaperKey] = paper;
    record.provenance[kReproductionKey] = text;
    store_.append(record);
  }

  static json row(const std::string& id, const std::string& verdict) {
    return {{"id", id}, {"figures", {{{"figure", "top1"}, {"verdict", verdict}}}}};
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("own.db"), ResultStore::Mode::kReadWrite};
};

TEST_F(ReproductionsTest, ANewerRowTakesThePlaceOfAnOlderOne) {
  append(1, "tome", "old", json::array({row("a", "OFF"), row("b", "EXACT")}));
  append(2, "tome", "new", json::array({row("a", "WITHIN"), row("c", "WITHIN")}));
  append(3, "mae", "new", json::array({row("a", "EXACT")}));

  const auto stored = newest_reproductions(store_);

  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[0].paper, "mae");
  EXPECT_EQ(stored[1].newest, "2026-11-22T10:00:00.000Z");
  const json rows = json::parse(stored[1].json)["tables"][0]["rows"];
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["figures"][0]["verdict"], "WITHIN");
  EXPECT_EQ(rows[0]["machine"], "new");
  EXPECT_EQ(rows[1]["figures"][0]["verdict"], "EXACT");
  EXPECT_EQ(rows[1]["machine"], "old");
  EXPECT_EQ(rows[2]["id"], "c");
}

TEST_F(ReproductionsTest, WhatIsNoReproductionIsPassedOver) {
  append_text(1, "tome", "not json");
  append_text(2, "tome", R"({"tables": [{"id": "t"}]})");
  store_.append(test::bench_record(3, "vit_base", 1, 100, 0.01));

  EXPECT_THAT(newest_reproductions(store_), IsEmpty());
}

TEST_F(ReproductionsTest, TheReportShowsVerdictsAndNoBlankRun) {
  append(1, "tome", "here", json::array({row("a", "OFF")}));
  store_.append(test::bench_record(3, "vit_base", 1, 100, 0.01));

  const std::string html = html_report(store_, test::source_path("results/report"));

  const std::string open = "id=\"data\">";
  const std::size_t begin = html.find(open) + open.size();
  const json data = json::parse(html.substr(begin, html.find("</script>", begin) - begin));
  EXPECT_EQ(data["run_count"], 1);
  ASSERT_EQ(data["runs"]["detailed"].size(), 1u);
  ASSERT_EQ(data["papers"].size(), 1u);
  EXPECT_EQ(data["papers"][0]["tables"][0]["rows"][0]["id"], "a");
}

}  // namespace
}  // namespace yardstick
