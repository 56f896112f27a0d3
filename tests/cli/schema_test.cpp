// The published JSON Schemas against what the real binary prints.

#include "results/record_codec.h"
#include "results/reporters.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/results/sample_records.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <yardstick/error.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

std::string schema_path(const std::string& name) {
  return test::source_path("configs/schemas/") + name + ".schema.json";
}

TEST(SchemaCommandTest, ListsAndPrintsTheSchemas) {
  EXPECT_THAT(yardstick({"schema"}), Prints(AllOf(HasSubstr("leaderboard  yardstick leaderboard"),
                                                  HasSubstr("run-record   "))));
  EXPECT_THAT(yardstick({"schema", "leaderboard"}), Prints(read_file(schema_path("leaderboard"))));
  EXPECT_THAT(yardstick({"schema", "leaderbord"}),
              Fails(2, HasSubstr("did you mean leaderboard?")));
}

// By Python's jsonschema; a key that a schema does not list counts as an error.
class SchemaTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const std::string candidate : {YARDSTICK_PYTHON, "python3"}) {
      if (candidate.empty() || shell(candidate + " -c 'import jsonschema'").code != 0) continue;
      python_ = candidate;
      return;
    }
  }
  void SetUp() override {
    if (python_.empty()) {
      GTEST_SKIP() << "no Python with jsonschema; scripts/setup.sh installs it beside LibTorch";
    }
  }

  Finished check(const std::string& options) {
    return shell(concat(python_, " ", test::test_data("cli/check_schema.py "), options));
  }

  // "" where `document` is as the schema says.
  std::string faults(const std::string& schema, const std::string& document,
                     const std::string& how = "--closed ") {
    write_file(folder_.file("document.json"), document);
    const Finished checked = check(how + schema_path(schema) + " " + folder_.file("document.json"));
    return checked.code == 0 ? "" : concat("faults: ", checked.out, checked.err);
  }

  Finished run(const std::vector<std::string>& words) {
    Finished finished = yardstick(words, {.folder = folder_.path()});
    EXPECT_NE(finished.out, "") << finished.err;
    return finished;
  }

  static std::string python_;
  TempDir folder_;
};

std::string SchemaTest::python_;

TEST_F(SchemaTest, EverySchemaIsOne) {
  const json list = json::parse(run({"schema", "--json"}).out)["schemas"];

  ASSERT_EQ(list.size(), 7u);
  for (const json& schema : list) {
    const Finished checked = check("--self " + schema["path"].get<std::string>());
    EXPECT_EQ(checked.code, 0) << schema << checked.err;
  }
}

TEST_F(SchemaTest, RunsAndTheirLeaderboard) {
  EXPECT_EQ(faults("run-record",
                   run({"train", "vit_test", "--task", "digits", "--limit", "32", "--batch-size",
                        "32", "--epochs", "1", "--warmup-epochs", "0", "--output", "out", "--json"})
                       .out),
            "");
  EXPECT_EQ(
      faults("run-record",
             run({"eval", "--weights", "out/model.safetensors", "--limit", "20", "--json"}).out),
      "");
  EXPECT_EQ(faults("run-record",
                   run({"bench", "vit_test", "--batch", "1,2", "--profile", "test", "--json"}).out),
            "");

  const std::string board = run({"leaderboard", "--all", "--top", "3", "--json"}).out;

  EXPECT_EQ(faults("leaderboard", board), "");
  json less = json::parse(board);
  less["rows"][0].erase("rank");
  EXPECT_THAT(faults("leaderboard", less.dump()), HasSubstr("'rank' is a required property"));
  json more = json::parse(board);
  more["rows"][0]["more"] = 1;
  EXPECT_THAT(faults("leaderboard", more.dump()), HasSubstr("'more' was unexpected"));
  EXPECT_EQ(faults("leaderboard", more.dump(), ""), "");  // as published
}

TEST_F(SchemaTest, RecordsInEveryForm) {
  EXPECT_EQ(faults("run-record", encode_record(full_record())), "");
  EXPECT_EQ(faults("run-record", record_to_json(full_record(), /*with_samples=*/false)), "");
}

TEST_F(SchemaTest, Comparisons) {
  EXPECT_EQ(faults("compare", run({"compare", "vit_test", "hiera_test", "--profile", "smoke",
                                   "--protocol", "test", "--processes", "2", "--json"})
                                  .out),
            "");
}

TEST_F(SchemaTest, Sweeps) {
  write_file(folder_.file("suite.json"),
             R"({"models": ["vit_test"], "protocol": "test", "threads": 1, "device": "cpu"})");

  EXPECT_EQ(faults("sweep", run({"sweep", "suite.json", "--dry-run", "--json"}).out), "");
  EXPECT_EQ(faults("sweep", run({"sweep", "suite.json", "--json"}).out), "");
}

TEST_F(SchemaTest, Gates) {
  write_file(folder_.file("suite.json"),
             R"({"models": ["vit_test"], "protocol": "test", "threads": 1, "device": "cpu"})");

  EXPECT_EQ(faults("regress", run({"regress", "--suite", "suite.json", "--baseline",
                                   test::program(), "--processes", "2", "--json"})
                                  .out),
            "");
}

TEST_F(SchemaTest, Reproductions) {
  write_file(folder_.file("own.json"), R"({"schema": 1, "title": "Own claims", "tables": [
      {"id": "t", "about": "of ours", "source": "this test", "task": "digits", "rows": [
        {"id": "small", "measure": {"model": "vit_tiny_patch16_224"},
         "figures": {"params_m": "5.72", "top1": "75.5"}}]}]})");

  EXPECT_EQ(faults("reproduce", run({"reproduce", "own.json", "--device", "cpu", "--json"}).out),
            "");
}

TEST_F(SchemaTest, SuitesThatShip) {
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_path("configs/suites"))) {
    const json plain = json::parse(read_file(entry.path().string()), nullptr, true,
                                   /*ignore_comments=*/true);
    EXPECT_EQ(faults("suite", plain.dump(), ""), "") << entry.path();
  }
  EXPECT_THAT(faults("suite", R"({"models": [], "batches": 0})", ""), HasSubstr("$.batches"));
}

}  // namespace
}  // namespace yardstick::test
