#include "results/sqlite_query.h"

#include "results/store_impl.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Mode = ResultStore::Mode;
using Rows = std::vector<std::vector<SqlValue>>;

class SqliteQueryTest : public testing::Test {
 protected:
  SqliteQueryTest() {
    ResultStore store(path_, Mode::kReadWrite);
    store.append(test::bench_record(1, "vit_test", 32, 312, 0.1));
    store.append(test::full_record(2));
  }

  Rows query(const std::string& sql, SqlEnd expected = SqlEnd::kComplete, SqlLimits limits = {}) {
    const ResultStore store(path_, Mode::kReadOnly);
    Rows rows;
    names_.clear();
    const SqlEnd end = query_sql(store, sql, limits,
                                 {.columns = [&](const auto& names) { names_ = names; },
                                  .row =
                                      [&](const auto& row) {
                                        rows.push_back(row);
                                        return rows.size() < 100;
                                      }});
    EXPECT_EQ(end, expected);
    return rows;
  }

  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
  std::vector<std::string> names_;
};

TEST_F(SqliteQueryTest, GivesValuesOfEveryType) {
  const Rows rows = query("SELECT 1 AS one, 2.5, 'text', NULL, x'00ff', model FROM runs ORDER BY run LIMIT 1");

  EXPECT_THAT(names_, ElementsAre("one", "2.5", "'text'", "NULL", "x'00ff'", "model"));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], SqlValue(std::int64_t{1}));
  EXPECT_EQ(rows[0][1], SqlValue(2.5));
  EXPECT_EQ(rows[0][2], SqlValue("text"));
  EXPECT_EQ(rows[0][3], SqlValue());
  EXPECT_EQ(rows[0][4], SqlValue(SqlBlob{std::byte{0}, std::byte{0xff}}));
  EXPECT_EQ(rows[0][5], SqlValue("vit_test"));
}

TEST_F(SqliteQueryTest, TakesAllThatReads) {
  for (const char* sql :
       {"SELECT * FROM leaderboards", "WITH x AS (SELECT 1 AS a) SELECT a FROM x;",
        "SELECT count(*) FROM runs -- with a remark\n;  /* behind */ ", "VALUES (1), (2)",
        "EXPLAIN QUERY PLAN SELECT * FROM runs", "PRAGMA table_info(runs)", "PRAGMA user_version",
        "SELECT name FROM pragma_table_list", "SELECT name FROM pragma_table_info('runs')",
        "SELECT key FROM runs, json_each(runs.effective)",
        "SELECT id, json_extract(provenance, '$.git_commit') FROM runs",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) SELECT i "
        "FROM "
        "n"}) {
    EXPECT_NO_THROW(query(sql)) << sql;
  }
}

TEST_F(SqliteQueryTest, RefusesWhateverWouldChangeSomething) {
  const std::string before = test::read_file(path_);
  const std::string other = folder_.file("other.db");
  for (const std::string& sql :
       {std::string("DELETE FROM runs"),
        std::string("UPDATE runs SET model = 'x'"),
        std::string("INSERT INTO quantities (tag, unit, direction, about) VALUES (1, 2, 3, 4)"),
        std::string("DROP TABLE runs"),
        std::string("CREATE TABLE x (y)"),
        std::string("CREATE TEMP TABLE x (y)"),
        std::string("CREATE VIRTUAL TABLE x USING fts5(y)"),
        "ATTACH '" + other + "' AS other",
        "VACUUM INTO '" + other + "'",
        std::string("VACUUM"),
        std::string("BEGIN"),
        std::string("COMMIT"),
        std::string("SAVEPOINT x"),
        std::string("REINDEX"),
        std::string("ANALYZE"),
        std::string("DETACH main"),
        std::string("PRAGMA query_only = OFF"),
        std::string("PRAGMA user_version = 7"),
        std::string("PRAGMA writable_schema = ON"),
        std::string("PRAGMA journal_mode = DELETE"),
        std::string("PRAGMA optimize"),
        std::string("PRAGMA wal_checkpoint"),
        std::string("PRAGMA schema.user_version = 3"),
        std::string("SELECT load_extension('x')"),
        std::string("SELECT writefile('" + other + "', 'x')"),
        std::string("WITH x AS (SELECT 1) DELETE FROM runs"),
        std::string("UPDATE sqlite_master SET sql = ''"),
        std::string("UPDATE sqlite_schema SET name = 'x'"),
        std::string("DELETE FROM sqlite_schema"),
        std::string("EXPLAIN DELETE FROM runs")}) {
    EXPECT_THAT([&] { query(sql); }, ThrowsError(ErrorKind::kUser, testing::_)) << sql;
  }
  EXPECT_FALSE(std::filesystem::exists(other));
  EXPECT_TRUE(test::read_file(path_) == before);
}

TEST_F(SqliteQueryTest, SaysThatItOnlyReads) {
  EXPECT_THAT([&] { query("DELETE FROM runs"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("only reads")));
}

TEST_F(SqliteQueryTest, TakesOneStatement) {
  EXPECT_THAT([&] { query("SELECT 1; SELECT 2"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("more than one")));
  EXPECT_THAT([&] { query("SELECT 1; DELETE FROM runs"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("more than one")));
  for (const char* sql : {"", "  \n", "-- nothing", ";"}) {
    EXPECT_THAT([&] { query(sql); }, ThrowsError(ErrorKind::kUser, HasSubstr("no SQL"))) << sql;
  }
  EXPECT_THAT([&] { query("SELECT ?"); }, ThrowsError(ErrorKind::kUser, HasSubstr("parameter")));
  EXPECT_THAT([&] { query(std::string("SELECT 1\0, 2", 12)); },
              ThrowsError(ErrorKind::kUser, HasSubstr("NUL")));
}

TEST_F(SqliteQueryTest, NamesWhatIsNear) {
  EXPECT_THAT([&] { query("SELECT * FROM leaderbords"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("no such table: leaderbords"),
                                                  HasSubstr("did you mean leaderboards?"))));
  EXPECT_THAT([&] { query("SELECT r.modle FROM runs AS r"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("no such column: r.modle"),
                                                  HasSubstr("did you mean model?"))));
  EXPECT_THAT([&] { query("SELECT * FROM zzzzzzzz"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("there are"), HasSubstr("runs"))));
  EXPECT_THAT([&] { query("SELECT\nFROM 'a\nb"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("SQLite does not take this"),
                                                  testing::Not(HasSubstr("\n")))));
}

TEST_F(SqliteQueryTest, EndsWhenAskedTo) {
  const char* const endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

  query(endless, SqlEnd::kTimedOut, {.stop = {}, .time_limit = std::chrono::milliseconds(20)});
  int asked = 0;
  query(endless, SqlEnd::kStopped, {.stop = [&asked] { return ++asked > 3; }});
  EXPECT_GT(asked, 3);
}

TEST_F(SqliteQueryTest, EndsWhenNoMoreRowsAreWanted) {
  EXPECT_EQ(query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
                .size(),
            100u);
}

TEST_F(SqliteQueryTest, LeavesTheConnectionAsItWas) {
  ResultStore store(path_, Mode::kReadWrite);
  EXPECT_THAT([&] { query_sql(store, "DELETE FROM runs", {}, {}); },
              ThrowsError(ErrorKind::kUser, testing::_));

  store.append(test::full_record(3));

  EXPECT_EQ(store.size(), 3);
}

}  // namespace
}  // namespace yardstick
