#include "results/sqlite_integrity.h"

#include "results/import.h"
#include "results/result_store.h"
#include "results/salvage.h"
#include "results/store_impl.h"
#include "tests/results/child_process.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <sstream>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using detail::Connection;
using test::ThrowsError;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Mode = ResultStore::Mode;

class SqliteIntegrityTest : public testing::Test {
 protected:
  SqliteIntegrityTest() {
    ResultStore store(path_, Mode::kReadWrite);
    for (int number = 0; number < 40; ++number) store.append(test::full_record(number));
    store.append(test::eval_record(100, "vit_test", 0.9));
    store.append(test::bench_record(101, "vit_test", 32, 300, 0.1));
  }

  FileReport look(CheckDepth depth = CheckDepth::kEveryRecord) {
    return check_results(path_, depth, {});
  }

  // The names of what is bad.
  std::vector<std::string> bad(const FileReport& report) {
    std::vector<std::string> names;
    for (const FileCheck& check : report.checks) {
      if (check.state == CheckState::kBad) names.push_back(check.name);
    }
    return names;
  }

  const FileCheck& the(const FileReport& report, const std::string& name) {
    for (const FileCheck& check : report.checks) {
      if (check.name == name) return check;
    }
    throw std::runtime_error("no check " + name);
  }

  // Changes the file as another program could.
  void alter(const std::string& sql) {
    const Connection connection(path_, Connection::Access::kReadWrite, {});
    connection.execute(sql);
  }

  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
};

TEST_F(SqliteIntegrityTest, FindsASoundFileGood) {
  const std::string before = test::read_file(path_);

  const FileReport report = look();

  EXPECT_TRUE(report.is_good());
  EXPECT_EQ(report.runs, 42);
  for (const char* name :
       {"pages", "identity", "journal", "schema", "append-only", "references", "json", "records"}) {
    EXPECT_EQ(the(report, name).state, CheckState::kGood)
        << name << ": " << the(report, name).detail;
  }
  EXPECT_TRUE(test::read_file(path_) == before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

TEST_F(SqliteIntegrityTest, ReadsEveryRunOnlyWhenAskedTo) {
  EXPECT_THAT([&] { the(look(CheckDepth::kFile), "records"); },
              testing::Throws<std::runtime_error>());
}

TEST_F(SqliteIntegrityTest, FindsTheFilesOfEarlierVersionsGood) {
  for (const fs::directory_entry& entry : fs::directory_iterator(test::test_data("results/data"))) {
    if (entry.path().extension() != ".db") continue;
    fs::copy_file(entry.path(), path_, fs::copy_options::overwrite_existing);
    const FileReport report = look();
    EXPECT_TRUE(report.is_good()) << entry.path() << testing::PrintToString(bad(report));
  }
}

TEST_F(SqliteIntegrityTest, ReadsAReadOnlyFile) {
  const std::string text = test::text_from_child([this] {
    if (const auto why = test::make_read_only(folder_.path())) return test::kSkip + *why;
    return std::string(look().is_good() ? "good" : "bad");
  });
  if (text.starts_with(test::kSkip)) GTEST_SKIP() << text;

  EXPECT_EQ(text, "good");
}

TEST_F(SqliteIntegrityTest, FindsMissingAndChangedTriggers) {
  alter("DROP TRIGGER runs_keep");
  alter(
      "DROP TRIGGER outcomes_keep; CREATE TRIGGER outcomes_keep BEFORE DELETE ON outcomes BEGIN "
      "SELECT 1; END");
  alter("CREATE TRIGGER mine AFTER INSERT ON runs BEGIN SELECT 1; END");

  const FileReport report = look();

  EXPECT_THAT(bad(report), ElementsAre("append-only"));
  EXPECT_THAT(the(report, "append-only").detail,
              AllOf(HasSubstr("runs_keep is missing"), HasSubstr("outcomes_keep was changed"),
                    HasSubstr("mine is not Yardstick's"), Not(HasSubstr("runs_fixed"))));
}

TEST_F(SqliteIntegrityTest, FindsAMissingIndexAndLetsOwnOnesBe) {
  alter(
      "DROP INDEX runs_by_start; CREATE INDEX mine ON runs (reason); CREATE VIEW mine2 AS SELECT "
      "1; CREATE TABLE notes (run, note)");

  const FileReport report = look();

  EXPECT_THAT(bad(report), ElementsAre("schema"));
  EXPECT_THAT(the(report, "schema").detail, HasSubstr("index runs_by_start is missing"));
}

TEST_F(SqliteIntegrityTest, FindsRowsWithoutTheirRun) {
  alter("DROP TRIGGER runs_keep; DELETE FROM runs WHERE id = '" + test::sample_id(3) + "'");

  const FileReport report = look();

  EXPECT_THAT(bad(report), Contains("references"));
  EXPECT_THAT(the(report, "references").detail, HasSubstr("3 rows of measurement_values"));
}

TEST_F(SqliteIntegrityTest, NamesRunsWhoseJsonIsBroken) {
  alter("DROP TRIGGER runs_fixed; UPDATE runs SET provenance = '{\"a\":' WHERE id = '" +
        test::sample_id(7) + "'");

  const FileReport report = look(CheckDepth::kFile);

  EXPECT_THAT(the(report, "json").runs, ElementsAre(test::sample_id(7)));
  EXPECT_THAT(the(report, "json").remedy, HasSubstr("results export --salvage"));
}

TEST_F(SqliteIntegrityTest, NamesRunsThatDoNotDecode) {
  alter("DROP TRIGGER sample_series_fixed; DROP TRIGGER outcomes_fixed; DROP TRIGGER runs_fixed");
  const auto run = [](int number) {
    return "(SELECT run FROM runs WHERE id = '" + test::sample_id(number) + "')";
  };
  alter("UPDATE sample_series SET data = substr(data, 1, length(data) - 3) WHERE run = " + run(5));
  alter("UPDATE outcomes SET n = n + 1 WHERE run = " + run(6));
  alter("UPDATE outcomes SET correct = x'ff' WHERE run = " + run(7));
  alter("UPDATE runs SET kind = 'sleep' WHERE run = " + run(8));
  alter("UPDATE runs SET config_device = 'Better CPU' WHERE run = " + run(9));

  const FileReport report = look();

  EXPECT_THAT(the(report, "records").runs,
              ElementsAre(test::sample_id(5), test::sample_id(6), test::sample_id(7),
                          test::sample_id(8), test::sample_id(9)));
  EXPECT_THAT(the(report, "records").detail, HasSubstr("5 of 42 runs"));
}

TEST_F(SqliteIntegrityTest, FindsAnotherJournal) {
  alter("PRAGMA journal_mode = DELETE");

  EXPECT_THAT(bad(look()), ElementsAre("journal"));
}

TEST_F(SqliteIntegrityTest, FindsAnotherIdentity) {
  alter("PRAGMA application_id = 7");
  EXPECT_THAT(bad(look()), ElementsAre("identity"));

  alter("PRAGMA application_id = 1499755380; PRAGMA user_version = 999");
  const FileReport report = look();
  EXPECT_THAT(bad(report), ElementsAre("identity"));
  EXPECT_THAT(the(report, "identity").remedy, HasSubstr("newer Yardstick"));
  EXPECT_EQ(the(report, "schema").state, CheckState::kSkipped);
}

TEST_F(SqliteIntegrityTest, FindsATruncatedFileBad) {
  const std::string whole = test::read_file(path_);
  for (const double share : {0.9, 0.5, 0.2, 0.02}) {
    test::write_file(path_, whole.substr(0, static_cast<std::size_t>(share * whole.size())));
    const FileReport report = look();
    EXPECT_FALSE(report.is_good()) << share;
    EXPECT_THAT(the(report, "pages").remedy, HasSubstr("--salvage")) << share;
  }
}

TEST_F(SqliteIntegrityTest, SurvivesFlippedBytesAndFindsMost) {
  const std::string whole = test::read_file(path_);
  std::mt19937 random(3);
  int found = 0;
  for (int i = 0; i < 60; ++i) {
    std::string bytes = whole;
    for (int flips = 0; flips < 200; ++flips) bytes[random() % bytes.size()] ^= 1 << random() % 8;
    test::write_file(path_, bytes);
    try {
      found += look().is_good() ? 0 : 1;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
  EXPECT_EQ(found, 60);
}

TEST_F(SqliteIntegrityTest, SaysWhatIsNoFileAtAll) {
  EXPECT_THAT([&] { check_results(folder_.file("none.db"), CheckDepth::kFile, {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("none.db")));
  EXPECT_THAT([&] { check_results(folder_.path(), CheckDepth::kFile, {}); },
              ThrowsError(ErrorKind::kData, HasSubstr("is a folder")));
  test::write_file(path_, std::string(5000, 'x'));
  EXPECT_THAT(bad(look()), ElementsAre("pages"));
}

TEST_F(SqliteIntegrityTest, SalvageKeepsAllButTheBrokenRun) {
  alter(
      "DROP TRIGGER sample_series_fixed; UPDATE sample_series SET data = x'00' WHERE run = "
      "(SELECT run FROM runs WHERE id = '" +
      test::sample_id(5) + "')");
  const std::string rescued = folder_.file("rescued.db");
  std::stringstream rest;

  const SalvageReport report = salvage_json_lines(ResultStore(path_, Mode::kReadOnly), rest, {});

  EXPECT_EQ(report.written, 41);
  EXPECT_EQ(report.lost, 1);
  EXPECT_THAT(report.losses, ElementsAre(HasSubstr("lost: run " + test::sample_id(5))));
  ResultStore into(rescued, Mode::kReadWrite);
  EXPECT_EQ(import_runs(into, rest, "rest.jsonl", BadLines::kRefuseFile, {}).added, 41);
  EXPECT_TRUE(check_results(rescued, CheckDepth::kEveryRecord, {}).is_good());
}

TEST_F(SqliteIntegrityTest, SalvageGoesRoundDamagedPages) {
  const std::string whole = test::read_file(path_);
  constexpr std::size_t kPage = 4096;
  const std::size_t pages = whole.size() / kPage;
  std::int64_t most = 0;
  for (std::size_t page = 5; page < pages; ++page) {
    std::string bytes = whole;
    bytes.replace(page * kPage, kPage, std::string(kPage, '\x55'));
    test::write_file(path_, bytes);
    std::stringstream rest;
    try {
      const ResultStore damaged(path_, Mode::kReadOnly);
      const SalvageReport report = salvage_json_lines(damaged, rest, {});
      most = std::max(most, report.written);
    } catch (const Error& error) {  // a page of the schema itself
      EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
      continue;
    }
    // What comes out is sound, whatever is missing.
    const std::string rescued = folder_.file(std::to_string(page) + ".db");
    ResultStore into(rescued, Mode::kReadWrite);
    const ImportReport imported = import_runs(into, rest, "rest.jsonl", BadLines::kRefuseFile, {});
    EXPECT_EQ(imported.refused, 0) << page;
  }
  EXPECT_GE(most, 38);
}

TEST_F(SqliteIntegrityTest, StopsWhenAskedTo) {
  int asked = 0;

  const FileReport report =
      check_results(path_, CheckDepth::kEveryRecord, [&asked] { return ++asked > 3; });

  EXPECT_TRUE(report.is_stopped);
  EXPECT_LT(report.checks.size(), 6u);
}

}  // namespace
}  // namespace yardstick
