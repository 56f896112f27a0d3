#include "results/badge.h"

#include "results/tag_title.h"
#include "tests/results/approved.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/version.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class BadgeTest : public testing::Test {
 protected:
  void add(const RunRecord& record) { store_.append(record); }
  Badge badge(LeaderboardQuery query = {}, const BadgeStyle& style = {}) {
    query.group = "none";
    return leaderboard_badge(query_leaderboard(store_, query), style);
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
};

TEST_F(BadgeTest, SaysTheBestValueAndWhoseItIs) {
  add(test::eval_record(1, "vit_test", 0.93));
  RunRecord best = test::eval_record(2, "hiera_test", 0.952);
  best.methods = R"([{"name":"tome","params":{"r":16}}])";
  best.flags = {"bad_inputs_skipped=3"};
  add(best);

  const Badge shown = badge();

  EXPECT_EQ(shown.label, "top-1");
  EXPECT_EQ(shown.message, "95.2 % [93.7, 96.4]");
  EXPECT_THAT(shown.about, AllOf(HasSubstr("accuracy/top1 of hiera_test with tome(r=16) on digits"),
                                 HasSubstr("bad_inputs_skipped=3"), HasSubstr("2026-11-25")));
  EXPECT_EQ(badge({}, {.label = "mine", .has_interval = false}).label, "mine");
  EXPECT_EQ(badge({}, {.has_interval = false}).message, "95.2 %");
}

TEST_F(BadgeTest, TakesTheLeastWhereThatIsBest) {
  add(test::bench_record(1, "vit_test", 1, 100, 0.010));
  add(test::bench_record(2, "hiera_test", 1, 50, 0.020));

  const Badge shown = badge({.sort = "latency/inference/median"});

  EXPECT_EQ(shown.message, "10.00 ms [9.90, 10.10]");
  EXPECT_THAT(shown.about, AllOf(HasSubstr("vit_test"), HasSubstr("batch 1")));
}

TEST_F(BadgeTest, RefusesFiguresThatDoNotCompare) {
  add(test::eval_record(1, "vit_test", 0.93));
  RunRecord other = test::eval_record(2, "vit_test", 0.8);
  other.task = "imagenet1k";
  add(other);

  EXPECT_THAT([&] { badge(); },
              ThrowsError(ErrorKind::kUser,
                          AllOf(HasSubstr("digits (val), imagenet1k (val)"), HasSubstr("--task"))));
  EXPECT_EQ(badge({.task = "imagenet1k"}).message.substr(0, 6), "80.0 %");
}

TEST_F(BadgeTest, RefusesToCallACountTheBest) {
  add(test::bench_record(1, "vit_test", 1, 100, 0.010));
  EXPECT_EQ(badge({.sort = "params/total"}).message, "5.72 M");
  RunRecord larger = test::bench_record(2, "hiera_test", 1, 50, 0.020);
  larger.measurements.back().value *= 2;
  add(larger);

  EXPECT_THAT([&] { badge({.sort = "params/total"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("--filter")));
}

TEST_F(BadgeTest, KnowsColours) {
  add(test::eval_record(1, "vit_test", 0.93));
  const auto svg = [&](const std::string& color) { return badge_svg(badge({}, {.color = color})); };

  EXPECT_THAT(svg("#ffffff"), HasSubstr("fill=\"#000\">93.0 %"));  // black on white
  EXPECT_THAT(svg("1A2"), HasSubstr("fill=\"#11aa22\""));
  EXPECT_THAT(svg("blue"), HasSubstr("fill=\"#fff\">93.0 %"));
  for (const std::string none : {"", "#12345", "#1234567", "blau", "#ggg", "url(#x)"}) {
    EXPECT_THAT([&] { badge({}, {.color = none}); },
                ThrowsError(ErrorKind::kUser, HasSubstr("is no colour")))
        << none;
  }
}

TEST(BadgeSvgTest, IsTheApprovedPicture) {
  test::expect_approved("badge.svg", badge_svg({.label = "top-1",
                                                .message = "97.6 % [96.4, 98.4]",
                                                .color = "blue",
                                                .about = "accuracy/top1 of vit_nano_patch4_28"}));
}

TEST(BadgeSvgTest, KeepsTextText) {
  const std::string svg = badge_svg({.label = "<script>alert(1)</script>",
                                     .message = "\"&amp; onload=\"x",
                                     .color = "red",
                                     .about = "</desc><script>"});

  EXPECT_THAT(svg, AllOf(Not(HasSubstr("<script")), HasSubstr("&lt;script&gt;alert(1)"),
                         HasSubstr("&quot;&amp;amp; onload=&quot;x"), Not(HasSubstr("href"))));
}

TEST_F(BadgeTest, ReplacesWhatXmlForbids) {
  add(test::eval_record(1, "caf\xe9\x01", 0.93));

  const std::string svg = badge_svg(badge({}, {.label = "caf\xe9\x1b"}));

  EXPECT_THAT(svg, AllOf(HasSubstr(">caf\xef\xbf\xbd?</text>"), Not(HasSubstr("\xe9")),
                         Not(HasSubstr("\x1b")), Not(HasSubstr("\x01"))));
}

TEST(BadgeJsonTest, IsWhatAnEndpointBadgeReads) {
  const auto json = nlohmann::json::parse(
      badge_json({.label = "a\"b", .message = "1 %", .color = "green", .about = "x"}));

  EXPECT_EQ(json,
            (nlohmann::json{
                {"schemaVersion", 1}, {"label", "a\"b"}, {"message", "1 %"}, {"color", "green"}}));
}

TEST(TagTitleTest, NamesWhatReadersKnow) {
  EXPECT_EQ(tag_title("accuracy/top1"), "top-1");
  EXPECT_EQ(tag_title("some/plugin/tag"), "some/plugin/tag");
}

}  // namespace
}  // namespace yardstick
