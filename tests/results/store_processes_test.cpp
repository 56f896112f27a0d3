#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/child_process.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/results/writers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <memory>
#include <set>
#include <vector>

namespace yardstick {
namespace {

using test::ChildProcess;
using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

class StoreProcessesTest : public testing::Test {
 protected:
  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
};

TEST_F(StoreProcessesTest, KeepsEveryRecordOfProcessesThatWriteAtOnce) {
  constexpr int kWriters = 6;
  constexpr int kRecords = 40;
  std::vector<std::unique_ptr<ChildProcess>> writers;
  for (int w = 0; w < kWriters; ++w) {
    // The file does not exist yet: creating it is part of the race.
    writers.push_back(std::make_unique<ChildProcess>([this, w](const ChildProcess::Send&) {
      ResultStore store(path_, Mode::kReadWrite);
      for (int i = 0; i < kRecords; ++i) store.append(test::full_record(w * kRecords + i));
      return std::string("done");
    }));
  }

  for (const auto& writer : writers) EXPECT_EQ(writer->read_line(), "done");

  const ResultStore store(path_, Mode::kReadOnly);
  ASSERT_EQ(store.size(), kWriters * kRecords);
  for (int i = 0; i < kWriters * kRecords; ++i) {
    test::expect_equal_records(store.get(test::sample_id(i)), test::full_record(i));
  }
}

TEST_F(StoreProcessesTest, ReadsWhileAnotherProcessWrites) {
  ResultStore(path_, Mode::kReadWrite).append(test::full_record(1));
  ChildProcess writer([this](const ChildProcess::Send& send) {
    ResultStore store(path_, Mode::kReadWrite);
    detail::Transaction transaction(store.impl().connection);
    store.impl().connection.execute("INSERT INTO quantities VALUES (NULL, 'x', '', '', '')");
    send("holding the lock");
    ::pause();
    return std::string();
  });
  ASSERT_EQ(writer.read_line(), "holding the lock");

  const ResultStore store(path_, Mode::kReadOnly, std::chrono::milliseconds(0));

  EXPECT_EQ(store.size(), 1);
}

TEST_F(StoreProcessesTest, SaysWhoCannotBeWaitedForWhenTheLockDoesNotComeFree) {
  ResultStore(path_, Mode::kReadWrite).append(test::full_record(1));
  ChildProcess writer([this](const ChildProcess::Send& send) {
    ResultStore store(path_, Mode::kReadWrite);
    const detail::Transaction transaction(store.impl().connection);
    send("holding the lock");
    ::pause();
    return std::string();
  });
  ASSERT_EQ(writer.read_line(), "holding the lock");
  ResultStore store(path_, Mode::kReadWrite, std::chrono::milliseconds(50));

  EXPECT_THAT([&] { store.append(test::full_record(2)); },
              ThrowsError(ErrorKind::kEnvironment,
                          AllOf(HasSubstr(path_), HasSubstr("locked by another process"))));
  writer.kill_now();
  store.append(test::full_record(2));
  EXPECT_EQ(store.size(), 2);
}

TEST_F(StoreProcessesTest, UndoesATransactionWhoseProcessIsKilled) {
  ResultStore(path_, Mode::kReadWrite).append(test::full_record(1));
  ChildProcess writer([this](const ChildProcess::Send& send) {
    const ResultStore store(path_, Mode::kReadWrite);
    const detail::Connection& connection = store.impl().connection;
    connection.execute("PRAGMA cache_size = 1");  // spills half-done pages into the log
    const detail::Transaction transaction(connection);
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "INSERT INTO measurement_values SELECT 1, i, 1, 0.5, NULL, NULL, 1 FROM n");
    send("in mid-transaction");
    ::pause();
    return std::string();
  });
  ASSERT_EQ(writer.read_line(), "in mid-transaction");

  writer.kill_now();

  ResultStore store(path_, Mode::kReadWrite);
  EXPECT_EQ(store.impl().connection.text("PRAGMA integrity_check"), "ok");
  test::expect_equal_records(store.get(test::sample_id(1)), test::full_record(1));
  EXPECT_EQ(store.impl().connection.integer("SELECT count(*) FROM measurements"), 3);
}

TEST_F(StoreProcessesTest, KeepsWhatWasAcknowledgedBeforeAKill) {
  std::set<std::string> acknowledged;
  std::int64_t next = 0;
  for (int round = 0; round < 12; ++round) {
    ChildProcess writer([this, next](const ChildProcess::Send& send) {
      ResultStore store(path_, Mode::kReadWrite);
      for (std::int64_t i = next;; ++i) {
        store.append(test::full_record(i));
        send(test::sample_id(i));
      }
      return std::string();
    });
    for (int i = 0; i <= round; ++i) acknowledged.insert(writer.read_line().value());
    writer.kill_now();
    while (auto late = writer.read_line()) acknowledged.insert(*late);
    next = ResultStore(path_, Mode::kReadWrite).size();
  }

  const ResultStore store(path_, Mode::kReadOnly);
  EXPECT_EQ(store.impl().connection.text("PRAGMA integrity_check"), "ok");
  for (const std::string& id : acknowledged) EXPECT_EQ(store.get(id).id, id);
  // At most the record in flight at each kill was kept without being acknowledged.
  EXPECT_LE(store.size(), static_cast<std::int64_t>(acknowledged.size()) + 12);
}

// The full size is `yardstick_results_benchmark writers`.
TEST_F(StoreProcessesTest, LosesNothingOfEightProcessesOfWhichOneIsKilledAgainAndAgain) {
  test::WritersAtOnce options;
  options.path = path_;
  options.records = 60;
  options.record = [](int writer, std::int64_t number) {
    RunRecord record = test::full_record(writer * 1000 + number);
    record.status = RunStatus::kOk;  // counts for leaderboards, so derived rows are contended for
    return record;
  };

  const test::WrittenAtOnce written = test::write_at_once(options);

  EXPECT_EQ(written.failure, "");
  EXPECT_EQ(written.acknowledged, 8 * 60);
  EXPECT_EQ(written.missing, 0);
  EXPECT_EQ(written.stored, 8 * 60);  // ids are unique, so none is there twice
  EXPECT_GT(written.kills, 5);
  EXPECT_EQ(written.integrity, "ok");
  EXPECT_TRUE(written.is_consistent);
  const ResultStore store(path_, Mode::kReadOnly);
  for (int writer = 0; writer < 8; ++writer) {
    const RunRecord last = options.record(writer, 59);
    test::expect_equal_records(store.get(last.id), last);
  }
}

TEST_F(StoreProcessesTest, ReadsTheLogThatAKilledWriterLeft) {
  ChildProcess writer([this](const ChildProcess::Send& send) {
    ResultStore store(path_, Mode::kReadWrite);
    store.append(test::full_record(1));
    send("kept");
    ::pause();
    return std::string();
  });
  ASSERT_EQ(writer.read_line(), "kept");
  writer.kill_now();

  EXPECT_EQ(ResultStore(path_, Mode::kReadOnly).size(), 1);
}

}  // namespace
}  // namespace yardstick
