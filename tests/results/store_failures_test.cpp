#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/child_process.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using test::ThrowsError;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Mode = ResultStore::Mode;

#define SKIP_WHERE_CHILD_COULD_NOT(text) \
  if (text.starts_with(test::kSkip)) GTEST_SKIP() << text.substr(sizeof(test::kSkip) - 1)

// Appends until it fails; says how many records were acknowledged, how many are there, and why.
std::string fill_up(const std::string& path) {
  ResultStore store(path, Mode::kReadWrite);
  std::int64_t acknowledged = 0;
  try {
    for (; acknowledged < 5000; ++acknowledged) store.append(test::full_record(acknowledged));
    return "never full";
  } catch (const Error& e) {
    const std::string sound = store.impl().connection.text("PRAGMA integrity_check");
    return concat("exit ", static_cast<int>(e.kind()), ", ", e.what(), ", ",
                  acknowledged == store.size() && acknowledged > 0 ? "all kept" : "some lost", ", ",
                  sound);
  }
}

class StoreFailuresTest : public testing::Test {
 protected:
  void fill() { ResultStore(path_, Mode::kReadWrite).append(test::full_record(1)); }

  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
};

TEST_F(StoreFailuresTest, LosesNothingWhenTheDiskIsFull) {
  const std::string text = test::text_from_child([this] {
    if (const auto why = test::mount_small_disk(folder_.path(), "600k")) return test::kSkip + *why;
    return fill_up(path_);
  });
  SKIP_WHERE_CHILD_COULD_NOT(text);

  EXPECT_THAT(text, AllOf(StartsWith("exit 4, cannot write results to " + path_ +
                                     ": the disk is full; free some space"),
                          EndsWith("all kept, ok")));
}

TEST_F(StoreFailuresTest, LosesNothingWhenTheFileMayNotGrow) {
  const std::string text = test::text_from_child([this] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{400'000, 400'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return fill_up(path_);
  });

  EXPECT_THAT(text, AllOf(StartsWith("exit 4, cannot read or write " + path_),
                          HasSubstr("ulimit -f"), EndsWith("all kept, ok")));
}

TEST_F(StoreFailuresTest, GoesOnAfterTheDiskHasRoomAgain) {
  ResultStore store(path_, Mode::kReadWrite);
  store.append(test::full_record(1));
  const detail::Connection& connection = store.impl().connection;
  const std::int64_t pages = connection.integer("PRAGMA page_count");
  connection.integer("PRAGMA max_page_count = " + std::to_string(pages));
  RunRecord large = test::full_record(2);
  large.reason = std::string(100'000, 'x');

  EXPECT_THAT([&] { store.append(large); },
              ThrowsError(ErrorKind::kEnvironment, HasSubstr("the disk is full")));
  EXPECT_EQ(store.size(), 1);
  connection.integer("PRAGMA max_page_count = 1000000");
  store.append(large);
  EXPECT_EQ(store.size(), 2);
}

TEST_F(StoreFailuresTest, ReadsFromAReadOnlyFolder) {
  fill();
  const std::string text = test::text_from_child([this] {
    if (const auto why = test::make_read_only(folder_.path())) return test::kSkip + *why;
    const ResultStore store(path_, Mode::kReadOnly);
    return concat(store.size(), " run of ", store.get(test::sample_id(1)).model);
  });
  SKIP_WHERE_CHILD_COULD_NOT(text);

  EXPECT_EQ(text, "1 run of hiera_test");
}

TEST_F(StoreFailuresTest, SaysThatTheFolderIsReadOnlyOnWriting) {
  fill();
  const std::string text = test::text_from_child([this] {
    if (const auto why = test::make_read_only(folder_.path())) return test::kSkip + *why;
    ResultStore(path_, Mode::kReadWrite).append(test::full_record(2));
    return std::string("written");
  });
  SKIP_WHERE_CHILD_COULD_NOT(text);

  EXPECT_THAT(text, AllOf(HasSubstr(path_), HasSubstr("read-only"), HasSubstr("--db")));
}

TEST_F(StoreFailuresTest, SaysThatAFileCannotBeCreatedInAReadOnlyFolder) {
  const std::string text = test::text_from_child([this] {
    if (const auto why = test::make_read_only(folder_.path())) return test::kSkip + *why;
    ResultStore(path_, Mode::kReadWrite).append(test::full_record(1));
    return std::string("written");
  });
  SKIP_WHERE_CHILD_COULD_NOT(text);

  EXPECT_THAT(text, AllOf(HasSubstr(path_), HasSubstr("the folder"), HasSubstr("read-only")));
}

TEST_F(StoreFailuresTest, WillNotHideRecordsOfALogThatAReadOnlyFolderKeepsFromReading) {
  const std::string text = test::text_from_child([this] {
    {
      test::ChildProcess writer([this](const test::ChildProcess::Send& send) {
        ResultStore store(path_, Mode::kReadWrite);
        store.append(test::full_record(1));
        send("kept");
        ::pause();
        return std::string();
      });
      if (writer.read_line() != "kept") return std::string("the writer failed");
      writer.kill_now();
    }
    fs::remove(path_ + "-shm");
    if (const auto why = test::make_read_only(folder_.path())) return test::kSkip + *why;
    return concat(ResultStore(path_, Mode::kReadOnly).size(), " runs");
  });
  SKIP_WHERE_CHILD_COULD_NOT(text);

  EXPECT_THAT(text, AllOf(HasSubstr(path_ + "-wal"), HasSubstr("copy both files")));
}

TEST_F(StoreFailuresTest, RefusesAFileThatIsNoDatabase) {
  test::write_file(path_, "name,accuracy\nvit,0.9\n" + std::string(2000, 'x'));

  for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    EXPECT_THAT(
        [&] { ResultStore(path_, mode); },
        ThrowsError(ErrorKind::kData, AllOf(HasSubstr(path_), HasSubstr("not a SQLite database"))));
  }
}

TEST_F(StoreFailuresTest, RefusesADatabaseOfAnotherProgramAndLeavesItAlone) {
  {
    const detail::Connection other(path_, detail::Connection::Access::kReadWrite, {});
    other.execute("CREATE TABLE songs (title TEXT)");
  }
  const std::string before = test::read_file(path_);

  for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    EXPECT_THAT([&] { ResultStore(path_, mode); },
                ThrowsError(ErrorKind::kData, HasSubstr("another program")));
  }
  EXPECT_EQ(test::read_file(path_), before);
}

TEST_F(StoreFailuresTest, RefusesADamagedFile) {
  fill();
  std::string bytes = test::read_file(path_);
  bytes.resize(bytes.size() / 3);
  test::write_file(path_, bytes);

  EXPECT_THAT([&] { ResultStore(path_, Mode::kReadOnly).get(test::sample_id(1)); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(path_), HasSubstr("damaged"))));
}

TEST_F(StoreFailuresTest, RefusesAFolder) {
  for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    EXPECT_THAT([&] { ResultStore(folder_.path(), mode); },
                ThrowsError(ErrorKind::kData, HasSubstr("is a folder, not a results file")));
  }
}

TEST_F(StoreFailuresTest, SaysWhichFolderIsMissing) {
  const std::string path = folder_.file("nowhere/results.db");

  EXPECT_THAT(
      [&] { ResultStore(path, Mode::kReadWrite); },
      ThrowsError(ErrorKind::kData, HasSubstr("there is no folder " + folder_.file("nowhere"))));
}

TEST_F(StoreFailuresTest, CreatesNothingOnReading) {
  EXPECT_THAT([&] { ResultStore(path_, Mode::kReadOnly); },
              ThrowsError(ErrorKind::kData, HasSubstr("there is no results file " + path_)));
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(StoreFailuresTest, RefusesAnEmptyFileOnReadingAndFillsItOnWriting) {
  test::write_file(path_, "");

  EXPECT_THAT([&] { ResultStore(path_, Mode::kReadOnly); },
              ThrowsError(ErrorKind::kData, HasSubstr("is empty")));
  fill();
  EXPECT_EQ(ResultStore(path_, Mode::kReadOnly).size(), 1);
}

TEST_F(StoreFailuresTest, RefusesAnEmptyName) {
  EXPECT_THAT([] { ResultStore("", Mode::kReadOnly); },
              ThrowsError(ErrorKind::kUser, HasSubstr("--db FILE")));
}

}  // namespace
}  // namespace yardstick
