#include "results/sqlite_backup.h"

#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/child_process.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

class SqliteBackupTest : public testing::Test {
 protected:
  void fill(int runs) {
    std::vector<RunRecord> records;
    for (int number = 0; number < runs; ++number) records.push_back(test::full_record(number));
    ResultStore(from_, Mode::kReadWrite).append_all(records);
  }

  // More pages than are copied at once.
  static constexpr int kManyRuns = 3000;

  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  test::TempDir folder_;
  std::string from_ = folder_.file("results.db");
  std::string to_ = folder_.file("backup.db");
};

TEST_F(SqliteBackupTest, CopiesEverything) {
  fill(20);

  const BackupReport report = backup_results(from_, to_, {});

  EXPECT_EQ(report.runs, 20);
  EXPECT_EQ(report.bytes, static_cast<std::int64_t>(fs::file_size(to_)));
  EXPECT_EQ(files(), 2u);
  const ResultStore copy(to_, Mode::kReadOnly);
  EXPECT_EQ(copy.size(), 20);
  test::expect_equal_records(copy.get(test::sample_id(7)), test::full_record(7));
}

TEST_F(SqliteBackupTest, TakesWhatIsStillInTheLog) {
  ResultStore store(from_, Mode::kReadWrite);
  store.append(test::full_record(1));
  ASSERT_GT(fs::file_size(from_ + "-wal"), 0u);

  backup_results(from_, to_, {});

  EXPECT_EQ(ResultStore(to_, Mode::kReadOnly).size(), 1);
}

TEST_F(SqliteBackupTest, IsOfOneMomentWhileAnotherProcessWrites) {
  fill(kManyRuns);
  test::ChildProcess writer([this](const test::ChildProcess::Send& send) {
    ResultStore store(from_, Mode::kReadWrite);
    for (int number = kManyRuns;; ++number) {
      store.append(test::full_record(number));
      if (number == kManyRuns + 10) send("writing");
    }
    return std::string();
  });
  ASSERT_EQ(writer.read_line(), "writing");

  const BackupReport report = backup_results(from_, to_, {});

  writer.kill_now();
  EXPECT_GT(report.runs, kManyRuns + 10);
  const ResultStore copy(to_, Mode::kReadOnly);
  EXPECT_EQ(copy.size(), report.runs);
  // No record of a later moment, and none of this one missing: the writer counts up.
  EXPECT_NO_THROW(copy.get(test::sample_id(report.runs - 1)));
  EXPECT_GE(ResultStore(from_, Mode::kReadOnly).size(), report.runs);
}

TEST_F(SqliteBackupTest, DoesNotHoldWritersUpAndIsNotHeldUp) {
  fill(kManyRuns);
  ResultStore writer(from_, Mode::kReadWrite, std::chrono::milliseconds(0));
  int number = kManyRuns;

  const BackupReport report =
      backup_results(from_, to_, {.progress = [&](std::int64_t, std::int64_t) {
                       writer.append(test::full_record(number++));
                     }});

  EXPECT_EQ(report.runs, kManyRuns);
  EXPECT_GT(number, kManyRuns + 1);  // it was written to between two pieces
  EXPECT_EQ(writer.size(), number);
}

TEST_F(SqliteBackupTest, KeepsAFileThatIsThere) {
  fill(1);
  test::write_file(to_, "something else");

  EXPECT_THAT([&] { backup_results(from_, to_, {}); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr(to_), HasSubstr("--force"))));
  EXPECT_EQ(test::read_file(to_), "something else");

  backup_results(from_, to_, {.existing = ExistingFile::kReplace});
  EXPECT_EQ(ResultStore(to_, Mode::kReadOnly).size(), 1);
}

TEST_F(SqliteBackupTest, DoesNotReplaceAFileInUse) {
  fill(1);
  ResultStore other(to_, Mode::kReadWrite);
  other.append(test::full_record(9));

  EXPECT_THAT([&] { backup_results(from_, to_, {.existing = ExistingFile::kReplace}); },
              ThrowsError(ErrorKind::kEnvironment, AllOf(HasSubstr(to_), HasSubstr("in use"))));
  EXPECT_EQ(other.size(), 1);
  test::expect_equal_records(other.get(test::sample_id(9)), test::full_record(9));
}

TEST_F(SqliteBackupTest, LeavesNothingWhereItIsStopped) {
  fill(kManyRuns);

  EXPECT_TRUE(backup_results(from_, to_, {.stop = [] { return true; }}).is_stopped);
  EXPECT_EQ(files(), 1u);
}

TEST_F(SqliteBackupTest, LeavesNothingOfADamagedFile) {
  fill(50);
  std::string bytes = test::read_file(from_);
  for (std::size_t at = bytes.size() / 2; at < bytes.size() / 2 + 20'000; ++at) bytes[at] = 'x';
  test::write_file(from_, bytes);

  EXPECT_THAT([&] { backup_results(from_, to_, {}); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(from_), HasSubstr("damaged"))));
  EXPECT_EQ(files(), 1u);
}

TEST_F(SqliteBackupTest, LeavesNothingWhereTheDiskIsFull) {
  const std::string text = test::text_from_child([this] {
    const std::string small = folder_.file("small");
    fs::create_directory(small);
    fill(300);
    if (const auto why = test::mount_small_disk(small, "200k")) return test::kSkip + *why;
    try {
      backup_results(from_, small + "/backup.db", {});
      return std::string("written");
    } catch (const Error& error) {
      return concat(error.what(), fs::is_empty(small) ? ", nothing left" : ", something left");
    }
  });
  if (text.starts_with(test::kSkip)) GTEST_SKIP() << text;

  EXPECT_THAT(text, AllOf(HasSubstr("disk is full"), HasSubstr("nothing left")));
}

TEST_F(SqliteBackupTest, NamesWhatCannotBe) {
  fill(1);
  test::write_file(folder_.file("text.db"), "no database at all, but long enough to look like one");
  {
    const detail::Connection other(folder_.file("songs.db"), detail::Connection::Access::kReadWrite,
                                   {});
    other.execute("CREATE TABLE songs (title TEXT)");
  }
  EXPECT_THAT([&] { backup_results(from_, from_, {}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("itself")));
  EXPECT_THAT([&] { backup_results(from_, folder_.path(), {}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("is a folder")));
  EXPECT_THAT([&] { backup_results(folder_.file("none.db"), to_, {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("none.db")));
  EXPECT_THAT([&] { backup_results(folder_.file("text.db"), to_, {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("text.db")));
  EXPECT_THAT([&] { backup_results(folder_.file("songs.db"), to_, {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("no results file")));
  EXPECT_THAT([&] { backup_results(from_, folder_.file("none/backup.db"), {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("no folder")));
  EXPECT_FALSE(fs::exists(to_));
}

}  // namespace
}  // namespace yardstick
