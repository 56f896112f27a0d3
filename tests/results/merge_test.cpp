#include "results/merge.h"

#include "results/newest.h"
#include "results/store_impl.h"
#include "tests/results/child_process.h"
#include "tests/results/random_records.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>

#include <filesystem>
#include <initializer_list>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

class MergeTest : public testing::Test {
 protected:
  void write(const std::string& path, std::initializer_list<int> numbers) {
    ResultStore store(path, Mode::kReadWrite);
    for (const int number : numbers) store.append(test::full_record(number));
  }

  test::TempDir folder_;
  std::string into_ = folder_.file("into.db");
  std::string from_ = folder_.file("from.db");
};

TEST_F(MergeTest, CopiesWhatIsMissingWithAllThatItHolds) {
  write(into_, {1, 2});
  write(from_, {2, 3, 4});
  ResultStore into(into_, Mode::kReadWrite);

  const MergeCounts counts = merge_runs(into, from_);

  EXPECT_EQ(counts.added, 2);
  EXPECT_EQ(counts.already_there, 1);
  ASSERT_EQ(into.size(), 4);
  for (const int number : {1, 2, 3, 4}) {
    test::expect_equal_records(into.get(test::sample_id(number)), test::full_record(number));
  }
}

TEST_F(MergeTest, AddsNothingTheSecondTime) {
  write(from_, {1, 2});
  ResultStore into(into_, Mode::kReadWrite);
  merge_runs(into, from_);

  const MergeCounts again = merge_runs(into, from_);

  EXPECT_EQ(again.added, 0);
  EXPECT_EQ(again.already_there, 2);
  EXPECT_EQ(into.size(), 2);
}

TEST_F(MergeTest, GoesOnTakingRecordsAfterwards) {
  write(from_, {1});
  ResultStore into(into_, Mode::kReadWrite);
  merge_runs(into, from_);

  into.append(test::full_record(2));

  test::expect_equal_records(into.get(test::sample_id(2)), test::full_record(2));
}

TEST_F(MergeTest, RefusesOtherContentUnderTheSameIdAndKeepsAllThatWasThere) {
  write(into_, {1});
  {
    ResultStore from(from_, Mode::kReadWrite);
    from.append(test::full_record(5));
    RunRecord altered = test::full_record(1);
    altered.samples.front().values.front() += 1e-9;
    from.append(altered);
  }
  ResultStore into(into_, Mode::kReadWrite);

  EXPECT_THAT([&] { merge_runs(into, from_); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(into_), HasSubstr(from_),
                                                  HasSubstr(test::sample_id(1)))));

  EXPECT_EQ(into.size(), 1);
  test::expect_equal_records(into.get(test::sample_id(1)), test::full_record(1));
  into.append(test::full_record(5));  // the refused merge has left no lock and no half
}

TEST_F(MergeTest, LeavesTheSourceAsItWas) {
  write(from_, {1, 2});
  const std::string before = test::read_file(from_);
  std::filesystem::permissions(from_, std::filesystem::perms::owner_read);
  ResultStore into(into_, Mode::kReadWrite);

  merge_runs(into, from_);

  EXPECT_TRUE(test::read_file(from_) == before);
  EXPECT_FALSE(std::filesystem::exists(from_ + "-wal"));
}

TEST_F(MergeTest, NamesASourceThatIsNoneAndItself) {
  write(into_, {1});
  ResultStore into(into_, Mode::kReadWrite);
  test::write_file(from_, "no database at all, but long enough to be taken for something");

  EXPECT_THAT([&] { merge_runs(into, from_); }, ThrowsError(ErrorKind::kData, HasSubstr(from_)));
  EXPECT_THAT([&] { merge_runs(into, folder_.file("none.db")); },
              ThrowsError(ErrorKind::kData, HasSubstr("none.db")));
  EXPECT_THAT([&] { merge_runs(into, into_); }, ThrowsError(ErrorKind::kUser, HasSubstr(into_)));
  EXPECT_EQ(into.size(), 1);
}

TEST_F(MergeTest, LetsOthersWriteMeanwhile) {
  {
    ResultStore from(from_, Mode::kReadWrite);
    std::vector<RunRecord> records;
    for (int number = 1; number <= 3000; ++number) {
      records.push_back(test::eval_record(number, "vit_test", 0.9));
    }
    from.append_all(records);
  }
  write(into_, {1'000'000});
  test::ChildProcess merger([this](const test::ChildProcess::Send& send) {
    ResultStore into(into_, Mode::kReadWrite);
    send("begins");
    return concat(merge_runs(into, from_).added, " added");
  });
  ASSERT_EQ(merger.read_line(), "begins");

  // Each append waits for one transaction of the merge and not for all of it: there is a moment at
  // which a part of the source is there.
  ResultStore store(into_, Mode::kReadWrite);
  bool has_seen_a_part = false;
  int number = 1'000'001;
  for (std::int64_t others = 0; others < 3000; ++number) {
    store.append(test::full_record(number));
    others = store.size() - (number - 1'000'000 + 1);
    has_seen_a_part = has_seen_a_part || (others > 0 && others < 3000);
  }

  EXPECT_EQ(merger.read_line(), "3000 added");
  EXPECT_TRUE(has_seen_a_part);
  EXPECT_TRUE(detail::newest_is_consistent(store.impl().connection));
}

TEST_F(MergeTest, IsCompletedByMergingAgainAfterAKill) {
  {
    ResultStore from(from_, Mode::kReadWrite);
    from.append_all(test::random_records(1, 2000));
  }
  {
    test::ChildProcess merger([this](const test::ChildProcess::Send& send) {
      ResultStore into(into_, Mode::kReadWrite);
      send("begins");
      return concat(merge_runs(into, from_).added, " added");
    });
    ASSERT_EQ(merger.read_line(), "begins");
    const ResultStore watching(into_, Mode::kReadWrite);
    while (watching.size() == 0) {
    }
    merger.kill_now();
  }
  ResultStore into(into_, Mode::kReadWrite);
  const std::int64_t before = into.size();

  const MergeCounts counts = merge_runs(into, from_);

  EXPECT_EQ(counts.already_there, before);
  EXPECT_EQ(counts.added, 2000 - before);
  EXPECT_EQ(into.size(), 2000);
  EXPECT_TRUE(detail::newest_is_consistent(into.impl().connection));
}

TEST_F(MergeTest, TakesASourceOfAnOlderSchema) {
  std::filesystem::copy_file(test::test_data("results/data/schema_1.db"), from_);
  const std::string before = test::read_file(from_);
  ResultStore into(into_, Mode::kReadWrite);

  EXPECT_EQ(merge_runs(into, from_).added, 1);

  test::expect_equal_records(into.get(test::sample_id(1)), test::full_record(1));
  EXPECT_TRUE(test::read_file(from_) == before);
}

TEST_F(MergeTest, NamesASourceOfAnotherSchema) {
  write(from_, {1});
  {
    ResultStore from(from_, Mode::kReadWrite);
    from.impl().connection.execute("PRAGMA user_version = 999");
  }
  ResultStore into(into_, Mode::kReadWrite);

  EXPECT_THAT([&] { merge_runs(into, from_); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr(from_), HasSubstr("schema 999"))));
}

}  // namespace
}  // namespace yardstick
