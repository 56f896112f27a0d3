#include "results/sqlite_schema.h"

#include "results/leaderboard.h"
#include "results/newest.h"
#include "results/record_codec.h"
#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/random_records.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>

#include <filesystem>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

std::string stored_file(int version) {
  return concat(test::test_data("results/data/schema_"), version, ".db");
}

// What stored_leaderboards(N) holds, written by a Yardstick of that schema.
std::vector<RunRecord> stored_records() { return test::random_records(2026, 60); }

std::string stored_leaderboards(int version) {
  return concat(test::test_data("results/data/schema_"), version, "_leaderboards.db");
}

std::string all_leaderboards(const ResultStore& store) {
  std::string text;
  for (const char* sort : {"accuracy/top1", "throughput/inference/images", "params/total"}) {
    for (const bool all : {false, true}) {
      const LeaderboardQuery query{.sort = sort, .group = "none", .include_ineligible = all};
      text += format_leaderboard(query_leaderboard(store, query), "json", "");
    }
  }
  return text;
}

class SqliteSchemaTest : public testing::Test {
 protected:
  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
};

TEST_F(SqliteSchemaTest, CountsMigrationsFromOneWithoutGaps) {
  int expected = 1;
  for (const detail::Migration& migration : detail::migrations()) {
    EXPECT_EQ(migration.version, expected++);
    EXPECT_FALSE(migration.sql.empty());
  }
}

TEST_F(SqliteSchemaTest, MarksANewFile) {
  const ResultStore store(path_, Mode::kReadWrite);
  const detail::Connection& connection = store.impl().connection;

  EXPECT_EQ(connection.integer("PRAGMA application_id"), detail::kApplicationId);
  EXPECT_EQ(connection.integer("PRAGMA user_version"), detail::migrations().back().version);
  EXPECT_EQ(connection.integer("SELECT count(*) FROM schema_history"),
            connection.integer("PRAGMA user_version"));
}

TEST_F(SqliteSchemaTest, RefusesANewerSchemaAndNamesTheVersionToGet) {
  {
    const ResultStore store(path_, Mode::kReadWrite);
    store.impl().connection.execute(
        "INSERT INTO schema_history VALUES (9, '7.3.1', '2031-01-01T00:00:00Z');"
        "PRAGMA user_version = 9");
  }

  for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    EXPECT_THAT(
        [&] { ResultStore(path_, mode); },
        ThrowsError(ErrorKind::kData, AllOf(HasSubstr(path_), HasSubstr("has schema 9"),
                                            HasSubstr("install Yardstick 7.3.1 or newer"))));
  }
}

TEST_F(SqliteSchemaTest, TakesAFileOfEverySchemaSoFar) {
  for (const detail::Migration& migration : detail::migrations()) {
    std::filesystem::copy_file(stored_file(migration.version), path_,
                               std::filesystem::copy_options::overwrite_existing);

    ResultStore store(path_, Mode::kReadWrite);

    test::expect_equal_records(store.get(test::sample_id(1)), test::full_record(1));
    store.append(test::full_record(2));
    EXPECT_EQ(store.size(), 2);
  }
}

TEST_F(SqliteSchemaTest, KeepsRecordsAndLeaderboardsOfEverySchemaSoFar) {
  ResultStore fresh(path_, Mode::kReadWrite);
  fresh.append_all(stored_records());
  for (const detail::Migration& migration : detail::migrations()) {
    const std::string old = folder_.file("old.db");
    std::filesystem::copy_file(stored_leaderboards(migration.version), old,
                               std::filesystem::copy_options::overwrite_existing);

    const ResultStore store(old, Mode::kReadWrite);

    for (const RunRecord& record : stored_records()) {
      EXPECT_EQ(encode_record(store.get(record.id)), encode_record(record));
    }
    EXPECT_EQ(all_leaderboards(store), all_leaderboards(fresh));
    EXPECT_TRUE(detail::newest_is_consistent(store.impl().connection));
  }
}

TEST_F(SqliteSchemaTest, ReadsAFileOfAnOlderSchemaAndLeavesItAsItIs) {
  const std::string old = folder_.file("old.db");
  std::filesystem::copy_file(stored_leaderboards(1), old);
  std::filesystem::permissions(old, std::filesystem::perms::owner_read);
  const std::string before = test::read_file(old);
  ResultStore fresh(path_, Mode::kReadWrite);
  fresh.append_all(stored_records());
  {
    const ResultStore store(old, Mode::kReadOnly);

    EXPECT_EQ(all_leaderboards(store), all_leaderboards(fresh));
    EXPECT_EQ(store.size(), fresh.size());
    EXPECT_ANY_THROW(store.impl().connection.execute("DELETE FROM newest_values"));
  }
  EXPECT_TRUE(test::read_file(old) == before);
  EXPECT_FALSE(std::filesystem::exists(old + "-wal"));
}

TEST_F(SqliteSchemaTest, RefusesToCopyALargeFileOfAnOlderSchemaAndSaysWhatToDo) {
  std::filesystem::copy_file(stored_file(1), path_);
  {
    const detail::Connection connection(path_, detail::Connection::Access::kReadWrite, {});
    connection.execute(concat("CREATE TABLE filler (bytes); INSERT INTO filler VALUES (zeroblob(",
                              detail::kMostBytesToCopy, "))"));
  }

  EXPECT_THAT([&] { ResultStore(path_, Mode::kReadOnly); },
              ThrowsError(ErrorKind::kData,
                          AllOf(HasSubstr("older schema 1"),
                                HasSubstr("`yardstick results check --upgrade --db " + path_ + "`"))));
}

TEST_F(SqliteSchemaTest, HasAViewForEachCommonLeaderboard) {
  ResultStore store(path_, Mode::kReadWrite);
  store.append(test::eval_record(1, "vit_test", 0.90));
  store.append(test::bench_record(2, "hiera_test", 1, 50, 0.020));
  const detail::Connection& connection = store.impl().connection;

  EXPECT_EQ(connection.text("SELECT model FROM leaderboard_accuracy WHERE task = 'digits'"),
            "vit_test");
  EXPECT_EQ(connection.text("SELECT model FROM leaderboard_throughput"), "hiera_test");
  EXPECT_EQ(connection.text("SELECT model FROM leaderboard_latency"), "hiera_test");
  EXPECT_EQ(connection.integer("SELECT count(*) FROM leaderboard_memory"), 0);
  EXPECT_EQ(connection.integer("SELECT count(*) FROM leaderboard_energy"), 0);
}

TEST_F(SqliteSchemaTest, RanksInViewsByEachMeasurementsDirection) {
  ResultStore store(path_, Mode::kReadWrite);
  store.append(test::eval_record(1, "vit_test", 0.90));
  store.append(test::eval_record(2, "hiera_test", 0.95));
  store.append(test::bench_record(3, "vit_test", 1, 100, 0.010));
  store.append(test::bench_record(4, "hiera_test", 1, 50, 0.020));
  const detail::Connection& connection = store.impl().connection;

  EXPECT_EQ(connection.text("SELECT model FROM leaderboards WHERE tag = 'accuracy/top1' AND "
                            "task = 'digits' AND rank = 1"),
            "hiera_test");
  EXPECT_EQ(connection.text("SELECT model FROM leaderboards WHERE tag = 'latency/inference/median' "
                            "AND batch_size = 1 AND rank = 1"),
            "vit_test");
}

}  // namespace
}  // namespace yardstick
