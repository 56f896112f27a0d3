#include "results/leaderboard.h"
#include "results/leaderboard_json.h"
#include "results/leaderboard_rows.h"
#include "results/newest.h"
#include "results/store_impl.h"
#include "tests/results/random_records.h"
#include "tests/results/reference_leaderboard.h"
#include "tests/support/temp_dir.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <random>
#include <span>

namespace yardstick {
namespace {

constexpr const char* kSorts[] = {"accuracy/top1", "throughput/inference/images",
                                  "latency/inference/median", "params/total", "loss/nll"};
constexpr const char* kGroups[] = {"none", "model", "family", "weights", "methods", "device"};
constexpr const char* kTasks[] = {"", "", "digits", "imagenet1k"};
constexpr const char* kFilters[] = {
    "model=vit_*",      "device=cpu",        "weights=mae_in1k",
    "methods=tome*",    "accuracy/top1>0.4", "loss/nll>0.2",
    "params/total>0.3", "params=classes=10", "throughput/inference/images>0.3"};

LeaderboardQuery random_query(std::mt19937_64& random) {
  const auto any_of = [&random](const auto& choices) -> std::string {
    return choices[random() % std::size(choices)];
  };
  LeaderboardQuery query;
  query.sort = any_of(kSorts);
  query.group = any_of(kGroups);
  query.task = any_of(kTasks);
  query.include_ineligible = random() % 3 == 0;
  for (std::uint64_t i = random() % 3; i > 0; --i) query.filters.push_back(any_of(kFilters));
  query.limit = static_cast<std::int64_t>(random() % 5);
  return query;
}

std::string describe(const LeaderboardQuery& query) {
  std::string text = concat("sort ", query.sort, ", group ", query.group, ", task ", query.task,
                            ", limit ", query.limit, query.include_ineligible ? ", all" : "");
  for (const std::string& filter : query.filters) text += ", " + filter;
  return text;
}

std::string rows_of(Leaderboard board) {
  board.columns.clear();
  return detail::leaderboard_json(board).dump(1);
}

class LeaderboardPropertyTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    records_ = test::random_records(static_cast<std::uint64_t>(GetParam()), 15 * GetParam());
    const std::span all(records_);
    store_.append_all(all.first(all.size() / 2));
    for (const RunRecord& record : all.subspan(all.size() / 2)) store_.append(record);
  }

  std::vector<RunRecord> records_;
  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
};

TEST_P(LeaderboardPropertyTest, EqualsWhatTheRecordsSay) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  int compared = 0;
  for (int i = 0; i < 60; ++i) {
    const LeaderboardQuery query = random_query(random);
    const Leaderboard expected = test::reference_leaderboard(records_, query);
    if (expected.rows.empty()) {
      // The default sort key gives way to another.
      if (query.sort == LeaderboardQuery().sort) continue;
      EXPECT_THROW(query_leaderboard(store_, query), Error) << describe(query);
      continue;
    }
    ASSERT_EQ(rows_of(query_leaderboard(store_, query)), rows_of(expected)) << describe(query);
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

TEST_P(LeaderboardPropertyTest, KeepsDerivedRowsConsistent) {
  const detail::Connection& connection = store_.impl().connection;

  EXPECT_TRUE(detail::newest_is_consistent(connection));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LeaderboardPropertyTest, testing::Range(2, 14));

}  // namespace
}  // namespace yardstick
