#include "results/sqlite_schema.h"

#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

std::string stored_file(int version) {
  return concat(test::test_data("results/data/schema_"), version, ".db");
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
