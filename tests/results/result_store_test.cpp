#include "results/result_store.h"

#include "results/newest.h"
#include "results/record_codec.h"
#include "results/sqlite_connection.h"
#include "results/store_impl.h"
#include "tests/results/random_records.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <span>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

class ResultStoreTest : public testing::Test {
 protected:
  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
};

TEST_F(ResultStoreTest, ReturnsEveryFieldOfARecord) {
  const RunRecord record = test::full_record();
  {
    ResultStore store(path_, Mode::kReadWrite);
    store.append(record);
  }

  const ResultStore store(path_, Mode::kReadOnly);

  test::expect_equal_records(store.get(record.id), record);
  EXPECT_EQ(store.size(), 1);
}

TEST_F(ResultStoreTest, ReturnsEveryKindAndStatus) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::full_record();
  std::int64_t number = 1;
  for (const RunKind kind : {RunKind::kTrain, RunKind::kEval, RunKind::kBench}) {
    for (const RunStatus status :
         {RunStatus::kOk, RunStatus::kFailed, RunStatus::kSkipped, RunStatus::kInterrupted}) {
      record.id = test::sample_id(number++);
      record.kind = kind;
      record.status = status;
      store.append(record);
      test::expect_equal_records(store.get(record.id), record);
    }
  }
}

TEST_F(ResultStoreTest, KeepsValuesThatAreNoNumbers) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::eval_record(1, "vit_test", std::numeric_limits<double>::quiet_NaN());
  record.measurements[0].low = record.measurements[0].high = std::nullopt;

  store.append(record);

  EXPECT_TRUE(std::isnan(store.get(record.id).measurements[0].value));
}

TEST_F(ResultStoreTest, TakesEmptySpecifications) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::bench_record(1, "vit_test", 1, 100, 0.01);
  record.requested = record.effective = record.methods = "";

  store.append(record);

  EXPECT_EQ(store.get(record.id).effective, "{}");
  EXPECT_EQ(store.get(record.id).methods, "[]");
}

TEST_F(ResultStoreTest, RefusesAnIdTwiceAndKeepsTheFirst) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::eval_record(1, "vit_test", 0.9);
  store.append(record);
  record.model = "hiera_test";

  EXPECT_THAT([&] { store.append(record); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(path_), HasSubstr(record.id))));
  EXPECT_EQ(store.get(record.id).model, "vit_test");
  EXPECT_EQ(store.size(), 1);
}

TEST_F(ResultStoreTest, AddsManyRecordsAsItAddsOne) {
  const std::vector<RunRecord> records = test::random_records(1, 50);
  {
    ResultStore store(path_, Mode::kReadWrite);
    store.append_all(std::span(records).first(30));
    store.append_all(std::span(records).subspan(30));
    store.append_all({});
  }

  const ResultStore store(path_, Mode::kReadOnly);

  ASSERT_EQ(store.size(), 50);
  for (const RunRecord& record : records)
    EXPECT_EQ(encode_record(store.get(record.id)), encode_record(record));
}

TEST_F(ResultStoreTest, AddsAllOfManyRecordsOrNone) {
  ResultStore store(path_, Mode::kReadWrite);
  std::vector<RunRecord> records = test::random_records(1, 5);
  records.push_back(records.front());

  EXPECT_THAT([&] { store.append_all(records); },
              ThrowsError(ErrorKind::kData, HasSubstr(records.front().id)));
  EXPECT_EQ(store.size(), 0);
  EXPECT_EQ(store.impl().connection.integer("SELECT count(*) FROM quantities"), 0);

  records.pop_back();
  store.append_all(records);  // what was undone is not taken to be there
  EXPECT_EQ(store.size(), 5);
  EXPECT_TRUE(detail::newest_is_consistent(store.impl().connection));
}

TEST_F(ResultStoreTest, FindsARunByTheBeginningOfItsId) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::eval_record(1, "vit_test", 0.9);
  record.id = "abc4e567-0000-4000-8000-000000000000";
  store.append(record);
  record.id = "abd4e567-0000-4000-8000-000000000000";
  store.append(record);

  EXPECT_EQ(store.get("abd").id, record.id);
  EXPECT_THAT([&] { store.get("ab"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("abc4e567"), HasSubstr("abd4e567"))));
  EXPECT_THAT([&] { store.get("b"); }, ThrowsError(ErrorKind::kUser, HasSubstr("begins with b")));
  EXPECT_THAT([&] { store.get(""); }, ThrowsError(ErrorKind::kUser, HasSubstr("empty")));
}

TEST_F(ResultStoreTest, WritesThroughTheLogWithFullDurability) {
  const ResultStore store(path_, Mode::kReadWrite);
  const detail::Connection& connection = store.impl().connection;

  EXPECT_EQ(connection.text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(connection.integer("PRAGMA synchronous"), 2);  // FULL
  EXPECT_EQ(connection.integer("PRAGMA foreign_keys"), 1);
}

TEST_F(ResultStoreTest, LetsNobodyChangeOrRemoveARow) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::full_record();
  store.append(record);
  const detail::Connection& connection = store.impl().connection;
  const auto refused = ThrowsError(ErrorKind::kInternal, HasSubstr("append-only"));

  for (const std::string table :
       {"runs", "measurement_values", "quantities", "sample_series", "outcomes"}) {
    const std::string column = table == "quantities" ? "about" : "run";
    EXPECT_THAT([&] { connection.execute("DELETE FROM " + table); }, refused) << table;
    EXPECT_THAT([&] { connection.execute("UPDATE " + table + " SET " + column + " = 5"); }, refused)
        << table;
  }
  EXPECT_THAT([&] { connection.execute("INSERT OR REPLACE INTO runs SELECT * FROM runs"); },
              refused);
  test::expect_equal_records(store.get(record.id), record);
}

TEST_F(ResultStoreTest, KeepsEachDescriptionOnce) {
  ResultStore store(path_, Mode::kReadWrite);
  for (std::int64_t i = 1; i <= 3; ++i) store.append(test::eval_record(i, "vit_test", 0.9));
  ResultStore other(path_, Mode::kReadWrite);
  other.append(test::eval_record(4, "vit_test", 0.9));

  EXPECT_EQ(store.impl().connection.integer("SELECT count(*) FROM quantities"), 1);
  EXPECT_EQ(store.impl().connection.integer("SELECT count(*) FROM measurements"), 4);
}

TEST_F(ResultStoreTest, RefusesARecordThatContradictsItself) {
  ResultStore store(path_, Mode::kReadWrite);
  RunRecord record = test::full_record();
  record.outcomes->target.pop_back();

  EXPECT_THAT([&] { store.append(record); },
              ThrowsError(ErrorKind::kInternal, HasSubstr("unequal")));
  EXPECT_EQ(store.size(), 0);
  store.append(test::full_record(2));
  EXPECT_EQ(store.size(), 1);
}

TEST_F(ResultStoreTest, ReportsAVocabularyThatOnlyANewerVersionKnows) {
  ResultStore store(path_, Mode::kReadWrite);
  store.append(test::eval_record(1, "vit_test", 0.9));
  store.impl().connection.execute(
      "INSERT INTO quantities (tag, unit, direction, about) VALUES ('x', 'furlongs', 'lower', '');"
      "INSERT INTO measurement_values SELECT 1, 9, max(quantity), 1, NULL, NULL, 1 FROM "
      "quantities");

  EXPECT_THAT([&] { store.get(test::sample_id(1)); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(path_), HasSubstr("furlongs"))));
}

TEST_F(ResultStoreTest, LeavesNoFileBehindAfterReading) {
  ResultStore(path_, Mode::kReadWrite).append(test::eval_record(1, "vit_test", 0.9));
  const std::string before = test::read_file(path_);

  ResultStore(path_, Mode::kReadOnly).get(test::sample_id(1));

  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path_ + "-shm"));
  EXPECT_EQ(test::read_file(path_), before);
}

TEST_F(ResultStoreTest, OpensNamesThatAUriWouldMisread) {
  const std::string path = folder_.file("50%41 #1?.db");
  ResultStore(path, Mode::kReadWrite).append(test::eval_record(1, "vit_test", 0.9));

  EXPECT_EQ(ResultStore(path, Mode::kReadOnly).size(), 1);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(DefaultDatabasePathTest, TakesTheEnvironmentFirst) {
  ::unsetenv("YARDSTICK_DB");
  EXPECT_EQ(default_database_path(), "yardstick.db");
  ::setenv("YARDSTICK_DB", "/srv/results.db", 1);
  EXPECT_EQ(default_database_path(), "/srv/results.db");
  ::unsetenv("YARDSTICK_DB");
}

}  // namespace
}  // namespace yardstick
