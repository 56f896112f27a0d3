// `yardstick results ...` through the real binary.

#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ResultsCommandsTest : public testing::Test {
 protected:
  ResultsCommandsTest() {
    ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadWrite);
    RunRecord failed = bench_record(4, "hiera_tiny_224", 64, 0, 0);
    failed.status = RunStatus::kFailed;
    failed.reason = "out_of_memory at batch 64";
    failed.measurements.clear();
    for (const RunRecord& record :
         {eval_record(1, "vit_test", 0.91), bench_record(2, "vit_test", 32, 312, 0.1),
          bench_record(3, "vit_test", 32, 330, 0.09), failed, full_record(5)}) {
      store.append(record);
    }
  }

  Finished results(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "results");
    return yardstick(arguments, {.folder = folder_.path()});
  }

  std::int64_t runs_in(const std::string& file = "yardstick.db") {
    return ResultStore(folder_.file(file), ResultStore::Mode::kReadOnly).size();
  }

  void alter(const std::string& sql) {
    const detail::Connection connection(folder_.file("yardstick.db"),
                                        detail::Connection::Access::kReadWrite, {});
    connection.execute(sql);
  }

  TempDir folder_;
};

TEST_F(ResultsCommandsTest, ListsRunsNewestFirst) {
  const Finished finished = results({"list"});

  EXPECT_THAT(finished,
              Prints(AllOf(StartsWith("run       started (UTC)"),
                           HasSubstr("accuracy/top1 91.0 % [89.5, 92.2]"),
                           HasSubstr("out_of_memory at batch 64"), HasSubstr("2026-11-25 10:00"))));
  EXPECT_LT(finished.out.find("hiera_test + tome(r=16)"), finished.out.find("hiera_tiny_224"));
}

TEST_F(ResultsCommandsTest, ListsWhatAFilterTakes) {
  const json listed = json::parse(
      results({"list", "--filter", "model=vit_*", "--filter", "kind=bench", "--json"}).out);

  ASSERT_EQ(listed["runs"].size(), 2u);
  EXPECT_EQ(listed["runs"][0]["id"], sample_id(3));
  EXPECT_EQ(listed["runs"][0]["headline"]["value"], 330);
  EXPECT_EQ(json::parse(results({"list", "--limit", "1", "--json"}).out)["runs"].size(), 1u);
  EXPECT_THAT(results({"list", "--filter", "modle=x", "--json"}),
              Fails(2, HasSubstr("did you mean model?")));
  EXPECT_THAT(results({"list", "--db", "none.db"}), Fails(3, HasSubstr("none.db")));
}

TEST_F(ResultsCommandsTest, ShowsARunWhole) {
  EXPECT_THAT(results({"show", "latest"}),
              Prints(AllOf(StartsWith("train of hiera_test.mae_in1k"), HasSubstr("Measurements\n"),
                           HasSubstr("Provenance\n"), HasSubstr("Asked for\n"),
                           HasSubstr("Samples\n"), HasSubstr("Outcomes\n"))));
  EXPECT_THAT(results({"show", "@2"}), Prints(HasSubstr("out_of_memory")));
  EXPECT_THAT(results({"show", sample_id(1)}), Prints(HasSubstr("eval of vit_test")));
  EXPECT_THAT(results({"show", "0000"}), Fails(2, HasSubstr("several runs")));
  EXPECT_THAT(results({"show", "ffff"}), Fails(2, HasSubstr("no run")));
  EXPECT_THAT(results({"show", "@9"}), Fails(2, HasSubstr("holds 5 runs")));
  EXPECT_THAT(results({"show"}), Fails(2, HasSubstr("needs RUN")));
}

TEST_F(ResultsCommandsTest, ShowsSamplesAsJsonThatImportReads) {
  EXPECT_FALSE(json::parse(results({"show", "@1", "--json"}).out)["samples"][0].contains("values"));
  const Finished whole = results({"show", sample_id(3), "--json", "--samples"});
  write_file(folder_.file("run.json"), whole.out);

  EXPECT_THAT(results({"import", "run.json", "--db", "other.db"}),
              Prints(HasSubstr("run.json: 1 run added")));
  EXPECT_THAT(results({"show", "@1", "--samples"}), Fails(2, HasSubstr("--json")));
}

TEST_F(ResultsCommandsTest, SetsTwoRunsSideBySide) {
  const Finished different = results({"diff", sample_id(2), sample_id(3)});
  EXPECT_THAT(different, Prints(AllOf(HasSubstr("throughput/inference/images  312.0 images/s"),
                                      HasSubstr("+5.8 %  intervals apart"),
                                      HasSubstr("`yardstick compare` makes one"),
                                      Not(HasSubstr("params/total")))));
  EXPECT_THAT(results({"diff", sample_id(2), sample_id(3), "--all"}),
              Prints(AllOf(HasSubstr("params/total"), HasSubstr("cpu_model"))));
  EXPECT_THAT(results({"diff", "@1", "@1"}), Prints(HasSubstr("do not differ")));

  const json document = json::parse(results({"diff", sample_id(1), "@1", "--json"}).out);
  EXPECT_EQ(document["run"]["model"], (json{{"a", "vit_test"}, {"b", "hiera_test"}}));
  EXPECT_EQ(document["measurements"]["accuracy/top1"]["intervals_overlap"], false);
}

TEST_F(ResultsCommandsTest, AsksInSql) {
  const std::string sql =
      "SELECT model, batch_size, NULL AS x FROM runs WHERE kind = 'bench' "
      "ORDER BY run LIMIT 2";
  EXPECT_THAT(results({"query", sql}), Prints("model     batch_size  x\n"
                                              "vit_test          32  NULL\n"
                                              "vit_test          32  NULL\n"));
  EXPECT_THAT(results({"query", sql, "--format", "csv"}),
              Prints("model,batch_size,x\r\nvit_test,32,\r\nvit_test,32,\r\n"));
  EXPECT_THAT(results({"query", sql, "--format", "md"}),
              Prints(StartsWith("| model | batch_size | x |\n|---|---:|---|\n| vit_test | 32 |")));
  EXPECT_THAT(results({"query", "SELECT 1 AS a, 2 AS a, x'0f' AS b", "--format", "jsonl"}),
              Prints("{\"a\":1,\"a_2\":2,\"b\":\"0f\"}\n"));
  EXPECT_EQ(json::parse(results({"query", sql, "--json"}).out).size(), 2u);
  EXPECT_EQ(json::parse(results({"query", "SELECT 1 WHERE 0", "--json"}).out), json::array());
  EXPECT_THAT(results({"query", "SELECT 1 AS a WHERE 0"}), Prints("a\n"));
}

TEST_F(ResultsCommandsTest, TakesSqlFromStandardInput) {
  EXPECT_THAT(shell("echo 'SELECT count(*) AS n FROM runs' | " + program() + " results query -",
                    {.folder = folder_.path()}),
              Prints("n\n5\n"));
}

TEST_F(ResultsCommandsTest, OnlyReads) {
  const std::string before = read_file(folder_.file("yardstick.db"));

  EXPECT_THAT(results({"query", "DROP TABLE runs"}), Fails(2, HasSubstr("only reads")));
  EXPECT_THAT(results({"query", "SELECT * FROM rnus"}), Fails(2, HasSubstr("did you mean runs")));
  EXPECT_THAT(results({"query", "SELECT 1", "--format", "xml"}), Fails(2, HasSubstr("--format")));

  EXPECT_TRUE(read_file(folder_.file("yardstick.db")) == before);
}

TEST_F(ResultsCommandsTest, EndsAQueryOnCtrlCAndAfterItsTime) {
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";
  const Finished late = results({"query", endless, "--timeout", "1"});
  EXPECT_EQ(late.code, 1);
  EXPECT_THAT(late.err, HasSubstr("took longer than 1 s"));

  // From the moment that it catches SIGINT (the second bit of the last digit), it ends cleanly.
  const Finished interrupted =
      shell(program() + " results query '" + endless +
                "' & until grep -q 'SigCgt:.*[2367abef]$' /proc/$!/status; do sleep 0.02; done; "
                "kill -INT $!; wait $!",
            {.folder = folder_.path()});
  EXPECT_EQ(interrupted.code, 1);
  EXPECT_THAT(interrupted.err, HasSubstr("was interrupted"));
}

TEST_F(ResultsCommandsTest, ExportsAndImportsWithoutLoss) {
  EXPECT_EQ(results({"export", "--out", "runs.jsonl", "--quiet"}).code, 0);
  EXPECT_THAT(results({"import", "runs.jsonl", "--db", "copy.db"}),
              Prints("runs.jsonl: 5 runs added, 0 there already, 0 refused\ncopy.db: 5 runs\n"));
  EXPECT_EQ(results({"export", "--db", "copy.db"}).out, read_file(folder_.file("runs.jsonl")));
  const json again =
      json::parse(results({"import", "runs.jsonl", "--db", "copy.db", "--json"}).out);
  EXPECT_EQ(again["imported"][0]["already_there"], 5);
  EXPECT_EQ(shell(program() + " results export | " + program() + " results import - --db third.db",
                  {.folder = folder_.path()})
                .code,
            0);
  EXPECT_EQ(runs_in("third.db"), 5);
}

TEST_F(ResultsCommandsTest, ExportsCsv) {
  EXPECT_THAT(results({"export", "--format", "csv"}), Prints(StartsWith("id,kind,status,")));
  EXPECT_EQ(results({"export", "--shape", "wide", "--out", "wide.csv"}).code, 0);
  EXPECT_THAT(read_file(folder_.file("wide.csv")), HasSubstr(",accuracy/top1 low,"));
  EXPECT_THAT(results({"export", "--format", "parquet"}), Fails(2, HasSubstr("jsonl or csv")));
  EXPECT_THAT(results({"export", "--shape", "wide"}), Fails(2, HasSubstr("--format csv")));
  EXPECT_THAT(results({"export", "--filter", "model=none", "--out", "none.csv"}),
              Fails(2, HasSubstr("no run")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("none.csv")));
}

TEST_F(ResultsCommandsTest, LeavesNoHalfExport) {
  const Finished finished = results({"export", "--out", "/dev/full/x.jsonl"});
  EXPECT_EQ(finished.code, 4);
  EXPECT_EQ(shell(program() + " results export > /dev/full", {.folder = folder_.path()}).code, 4);
}

TEST_F(ResultsCommandsTest, NamesTheLineThatCannotBeImported) {
  const std::string good = results({"export", "--filter", "id=*1"}).out;
  write_file(folder_.file("bad.jsonl"), good + "{\"schema\": 1}\n");

  const Finished refused = results({"import", "bad.jsonl", "--db", "copy.db"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("bad.jsonl:2: "), HasSubstr("--skip-bad")));
  EXPECT_EQ(runs_in("copy.db"), 0);

  const Finished skipped = results({"import", "bad.jsonl", "--db", "copy.db", "--skip-bad"});
  EXPECT_EQ(skipped.code, 1);
  EXPECT_EQ(runs_in("copy.db"), 1);
  EXPECT_THAT(results({"import", "none.jsonl"}), Fails(3, HasSubstr("none.jsonl")));
  EXPECT_THAT(results({"import", "."}), Fails(3, HasSubstr("is a folder")));
}

TEST_F(ResultsCommandsTest, RefusesAnAlteredRun) {
  json record = json::parse(results({"show", sample_id(3), "--json", "--samples"}).out);
  record["batch_size"] = 33;
  write_file(folder_.file("altered.json"), record.dump());

  const Finished finished = results({"import", "altered.json"});

  EXPECT_EQ(finished.code, 3);
  EXPECT_THAT(finished.err, HasSubstr("another run has the id " + sample_id(3)));
}

TEST_F(ResultsCommandsTest, PrunesOnlyWhenToldTo) {
  EXPECT_THAT(results({"prune"}), Fails(2, HasSubstr("needs a condition")));
  EXPECT_THAT(results({"prune", "--status", "failed"}), Fails(2, HasSubstr("--yes")));
  EXPECT_THAT(results({"prune", "--status", "faild", "--yes"}), Fails(2, HasSubstr("failed?")));
  EXPECT_THAT(results({"prune", "--status", "failed", "--dry-run"}),
              Prints(AllOf(HasSubstr("hiera_tiny_224"), HasSubstr("would remove 1 run"))));
  EXPECT_EQ(runs_in(), 5);

  EXPECT_THAT(results({"prune", "--status", "failed", "--yes"}),
              Prints(HasSubstr("removed 1 run")));
  EXPECT_EQ(runs_in(), 4);
  EXPECT_THAT(results({"query", "SELECT condition, runs_removed FROM prunings", "--format", "csv"}),
              Prints("condition,runs_removed\r\nstatus=failed,1\r\n"));
  EXPECT_THAT(results({"check", "--deep"}), Prints(EndsWith("yardstick.db: good\n")));
  EXPECT_THAT(results({"prune", "--older-than", "0d", "--db", "none.db"}),
              Fails(3, HasSubstr("none.db")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("none.db")));
}

TEST_F(ResultsCommandsTest, PruneKeepsWhatLeaderboardsShow) {
  const std::string before = results({"query", "SELECT * FROM leaderboards"}).out;

  EXPECT_THAT(results({"prune", "--older-than", "0d", "--yes", "--json"}),
              Prints(HasSubstr("\"kept_because_shown\": 2")));

  EXPECT_EQ(results({"query", "SELECT * FROM leaderboards"}).out, before);
  EXPECT_EQ(runs_in(), 2);
}

TEST_F(ResultsCommandsTest, PrunesSamplesAndGivesSpaceBack) {
  const Finished finished = results(
      {"prune", "--filter", "kind=train", "--samples-only", "--also-shown", "--yes", "--vacuum"});

  EXPECT_THAT(finished, Prints(AllOf(HasSubstr("removed 2 series of samples of 1 run"),
                                     HasSubstr(" before, "))));
  EXPECT_EQ(runs_in(), 5);
  EXPECT_THAT(results({"show", sample_id(5)}), Prints(Not(HasSubstr("Samples\n"))));
}

TEST_F(ResultsCommandsTest, BacksUp) {
  EXPECT_THAT(results({"backup", "copy.db"}), Prints(StartsWith("copy.db: 5 runs, ")));
  EXPECT_THAT(results({"backup", "copy.db"}), Fails(2, HasSubstr("--force")));
  EXPECT_EQ(json::parse(results({"backup", "copy.db", "--force", "--json"}).out)["runs"], 5);
  EXPECT_THAT(results({"check", "--db", "copy.db"}), Prints(HasSubstr("good")));
  EXPECT_THAT(results({"backup", "x.db", "--db", "none.db"}), Fails(3, HasSubstr("none.db")));
}

TEST_F(ResultsCommandsTest, ChecksAndSaysWhatToDo) {
  const json good = json::parse(results({"check", "--deep", "--json"}).out);
  EXPECT_EQ(good["good"], true);
  EXPECT_EQ(good["runs"], 5);

  alter("DROP TRIGGER runs_fixed; UPDATE runs SET provenance = 'broken' WHERE id = '" +
        sample_id(3) + "'");
  const Finished bad = results({"check"});
  EXPECT_EQ(bad.code, 3);
  EXPECT_THAT(bad.out, AllOf(HasSubstr("json         BAD"), HasSubstr("run " + sample_id(3)),
                             HasSubstr("runs_fixed is missing"), HasSubstr("remedy: "),
                             HasSubstr("2 problems")));
  EXPECT_EQ(json::parse(results({"check", "--json"}).out)["good"], false);
  EXPECT_THAT(results({"check", "--db", "none.db"}), Fails(3, HasSubstr("none.db")));
}

TEST_F(ResultsCommandsTest, BringsAnOlderFileUpToDateWhenAskedTo) {
  std::filesystem::copy_file(test_data("results/data/schema_1.db"), folder_.file("old.db"));

  EXPECT_THAT(results({"check", "--db", "old.db"}), Prints(HasSubstr("schema 1, which")));
  EXPECT_THAT(results({"check", "--db", "old.db", "--upgrade", "--deep"}),
              Prints(AllOf(Not(HasSubstr("schema 1, which")), HasSubstr("good"))));
  EXPECT_THAT(results({"check", "--db", "none.db", "--upgrade"}), Fails(3, HasSubstr("none.db")));
}

TEST_F(ResultsCommandsTest, TextFromTheDatabaseDrivesNoTerminal) {
  RunRecord record = bench_record(9, "evil\x1b[2J", 1, 1, 1);
  record.reason = "a\nb";
  ResultStore(folder_.file("yardstick.db"), ResultStore::Mode::kReadWrite).append(record);

  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"list"},
        {"show", "@1"},
        {"diff", "@1", "@2"},
        {"query", "SELECT model FROM runs"},
        {"prune", "--filter", "model=evil*", "--dry-run", "--also-shown"}}) {
    EXPECT_THAT(results(words), Prints(AllOf(HasSubstr("evil?[2J"), Not(HasSubstr("\x1b")))));
  }
}

}  // namespace
}  // namespace yardstick::test
