// yardstick reproduce, through the real binary and real child processes.

#include "results/reproductions.h"
#include "results/result_store.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ReproduceCommandTest : public testing::Test {
 protected:
  void write_ledger(const std::string& rows, const std::string& table = "\"task\": \"digits\"") {
    write_file(folder_.file("own.json"),
               R"({"schema": 1, "title": "Own claims", "tables": [{"id": "t", "about": "of ours",
                   "source": "this test", "setting": {"hardware": "V100", "precision": "fp16"}, )" +
                   table + R"(, "rows": [)" + rows + "]}]}");
  }

  Finished reproduce(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"reproduce", "own.json", "--device", "cpu"});
    return yardstick(arguments, {.folder = folder_.path()});
  }

  json as_json(std::vector<std::string> arguments, int code) {
    arguments.emplace_back("--json");
    const Finished done = reproduce(std::move(arguments));
    EXPECT_EQ(done.code, code) << done.err;
    err_ = done.err;
    return json::parse(done.out);
  }

  static const json& figure(const json& report, const std::string& row, const std::string& name) {
    for (const json& entry : report["papers"][0]["tables"][0]["rows"]) {
      for (const json& found : entry["figures"]) {
        if (entry["id"] == row && found["figure"] == name) return found;
      }
    }
    throw std::runtime_error("no " + row + " " + name);
  }

  TempDir folder_;
  std::string err_;
};

TEST_F(ReproduceCommandTest, CountsAreExactOrOffWithoutRunningAnything) {
  write_ledger(R"(
      {"id": "right", "measure": {"model": "vit_tiny_patch16_224"},
       "figures": {"params_m": "5.72", "gmacs": "1.3"}},
      {"id": "norms", "measure": {"model": "vit_tiny_patch16_224"}, "figures": {"gmacs": "1.26"}},
      {"id": "wrong", "measure": {"model": "vit_tiny_patch16_224"}, "figures": {"params_m": "6.72"},
       "setting": {"counts": "everything"}})");

  const json report = as_json({}, 1);

  EXPECT_EQ(figure(report, "right", "params_m")["verdict"], "EXACT");
  EXPECT_NEAR(figure(report, "right", "params_m")["measured"].get<double>(), 5.717416, 1e-9);
  EXPECT_EQ(figure(report, "right", "gmacs")["verdict"], "EXACT");
  EXPECT_EQ(figure(report, "norms", "gmacs")["verdict"], "WITHIN");
  const json& wrong = figure(report, "wrong", "params_m");
  EXPECT_EQ(wrong["verdict"], "OFF");
  EXPECT_THAT(wrong["differs"].dump(), HasSubstr("counts: everything there"));
  EXPECT_THAT(wrong["differs"].dump(), Not(HasSubstr("V100")));  // a count knows no hardware
  EXPECT_EQ(report["verdicts"], (json{{"EXACT", 2}, {"WITHIN", 1}, {"OFF", 1}}));
}

TEST_F(ReproduceCommandTest, MeasuresARatioInInterleavedProcesses) {
  write_ledger(R"(
      {"id": "smaller", "measure": {"model": "vit_test"},
       "against": {"model": "vit_tiny_patch16_224", "set": {"classes": 10}}, "relation": "at least",
       "figures": {"speed_ratio": "2", "images_per_s": "1000", "macs_ratio": "10"}},
      {"id": "remembered", "measure": {"model": "vit_test"}, "confidence": "remembered",
       "against": {"model": "vit_tiny_patch16_224", "set": {"classes": 10}},
       "figures": {"speed_ratio": "0.001"}})");

  const json report = as_json({"--quick"}, 0);

  const json& ratio = figure(report, "smaller", "speed_ratio");
  EXPECT_EQ(ratio["verdict"], "WITHIN") << report;
  EXPECT_GT(ratio["measured"], 2);
  EXPECT_LE(ratio["low"], ratio["measured"]);
  EXPECT_EQ(ratio["runs"].size(), 6u);
  const json& speed = figure(report, "smaller", "images_per_s");
  EXPECT_EQ(speed["verdict"], "shown");
  EXPECT_GT(speed["measured"], 0);
  EXPECT_EQ(figure(report, "smaller", "macs_ratio")["verdict"], "WITHIN");
  const json& remembered = figure(report, "remembered", "speed_ratio");
  EXPECT_EQ(remembered["verdict"], "shown");
  EXPECT_THAT(remembered["reason"].get<std::string>(), HasSubstr("memory"));
  EXPECT_EQ(remembered["runs"], ratio["runs"]);

  const ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadOnly);
  EXPECT_EQ(store.size(), 9);  // two counts, six processes, the verdicts
  const RunRecord run = store.get(ratio["runs"][0]);
  EXPECT_EQ(run.provenance.at(kClaimsKey), "own/t/smaller own/t/remembered");
  EXPECT_TRUE(run.provenance.contains("comparison"));
  const auto stored = newest_reproductions(store);
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored[0].paper, "own");
}

TEST_F(ReproduceCommandTest, AClaimThatDoesNotHoldIsOffWithWhatWasOther) {
  write_ledger(R"({"id": "a", "measure": {"model": "vit_tiny_patch16_224", "set": {"classes": 10}},
                   "against": {"model": "vit_test"}, "figures": {"speed_ratio": "3.0"}})");

  const Finished done = reproduce({"--quick"});

  EXPECT_EQ(done.code, 1) << done.err;
  EXPECT_THAT(done.out,
              AllOf(HasSubstr("OFF"), HasSubstr("3.0x"), HasSubstr("hardware: V100 there"),
                    HasSubstr("precision: fp16 there, fp32 here"), HasSubstr("quick:")));
  EXPECT_THAT(done.err, AllOf(HasSubstr("counted 2 models"), HasSubstr("[1/1] own/t/a")));
}

TEST_F(ReproduceCommandTest, MeasuresTrainingMemoryAsAGrowth) {
  write_ledger(R"({"id": "a", "measure": {"model": "vit_test"}, "against": {"model": "vit_test"},
                   "figures": {"memory_ratio": "1.0", "memory_mb_per_image": "1"}})");

  const json report = as_json({"--batch", "32"}, 0);

  EXPECT_EQ(figure(report, "a", "memory_ratio")["verdict"], "WITHIN") << report;
  EXPECT_EQ(figure(report, "a", "memory_mb_per_image")["verdict"], "shown");
  EXPECT_EQ(figure(report, "a", "memory_ratio")["runs"].size(), 6u);
}

TEST_F(ReproduceCommandTest, ScoresWeightsOfOnesOwn) {
  const Finished trained =
      yardstick({"train", "vit_test", "--task", "digits", "--limit", "64", "--epochs", "1",
                 "--warmup-epochs", "0", "--output", "out", "--quiet"},
                {.folder = folder_.path()});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Finished scored = yardstick({"eval", "--weights", "out/model.safetensors", "--json"},
                                    {.folder = folder_.path()});
  ASSERT_EQ(scored.code, 0) << scored.err;
  const json record = json::parse(scored.out)["runs"][0];
  double top1 = 0;
  for (const json& measured : record["measurements"]) {
    if (measured["tag"] == "accuracy/top1") top1 = 100 * measured["value"].get<double>();
  }
  char exact[16];
  std::snprintf(exact, sizeof exact, "%.1f", top1);  // of 1,000 images: one digit is a count
  write_ledger(R"({"id": "own", "measure": {"model": "vit_test", "weights": "model.safetensors"},
                   "figures": {"top1": ")" +
                   std::string(exact) + R"(", "loss": "1.0"}})",
               R"("task": "digits", "samples": 1000)");

  EXPECT_EQ(figure(as_json({}, 5), "own", "top1")["verdict"], "NOT RUN");
  const json report = as_json({"--weights", "out"}, 0);

  EXPECT_EQ(figure(report, "own", "top1")["verdict"], "EXACT") << report;
  EXPECT_EQ(figure(report, "own", "loss")["verdict"], "shown");
}

TEST_F(ReproduceCommandTest, WhatIsNotHereIsNotRunWithTheReason) {
  write_ledger(R"({"id": "a", "measure": {"model": "no_such_model"}, "figures": {"gmacs": "1"}},
                  {"id": "b", "measure": {"model": "vit_test", "methods": "no_such"},
                   "figures": {"gmacs": "1", "top1_linear": "2"}})");

  const Finished done = reproduce({"--format", "md"});

  EXPECT_EQ(done.code, 5) << done.err;  // nothing could be judged
  EXPECT_THAT(done.out, AllOf(HasSubstr("| a | gmacs | 1 G |  | NOT RUN | no model no_such_model"),
                              HasSubstr("no method no_such here"), HasSubstr("linear probe")));
}

TEST_F(ReproduceCommandTest, AFailedProcessIsAResultAndTheOthersAreMeasured) {
  write_ledger(R"({"id": "a", "measure": {"model": "vit_test"}, "against": {"model": "vit_test"},
                   "figures": {"speed_ratio": "1.0", "gmacs": "1"}})");

  const json report = as_json({"--quick", "--timeout", "0.01"}, 1);

  EXPECT_EQ(figure(report, "a", "speed_ratio")["verdict"], "NOT RUN");
  EXPECT_THAT(figure(report, "a", "speed_ratio")["reason"].get<std::string>(),
              HasSubstr("timed out"));
  EXPECT_NE(figure(report, "a", "gmacs")["verdict"], "NOT RUN");
}

TEST_F(ReproduceCommandTest, InterruptedItKeepsWhatIsDone) {
  write_ledger(R"({"id": "a", "measure": {"model": "vit_test"}, "against": {"model": "hiera_test"},
                   "figures": {"speed_ratio": "1.0", "gmacs": "1"}},
                  {"id": "b", "measure": {"model": "hiera_test"}, "against": {"model": "vit_test"},
                   "figures": {"speed_ratio": "1.0"}})");
  Process process({"reproduce", "own.json", "--device", "cpu", "--profile", "smoke", "--json"},
                  {.folder = folder_.path()});
  ASSERT_TRUE(process.wait_for_err("[1/2]"));
  process.send(SIGINT);
  const Finished finished = process.wait();

  EXPECT_EQ(finished.code, 1) << finished.err;
  const json report = json::parse(finished.out);
  EXPECT_TRUE(report["interrupted"].get<bool>());
  const ResultStore store(folder_.file("yardstick.db"), ResultStore::Mode::kReadOnly);
  EXPECT_GE(store.size(), 9);
}

TEST_F(ReproduceCommandTest, ABudgetLeavesOutWhatWouldTakeLonger) {
  write_ledger(R"({"id": "a", "measure": {"model": "vit_test"}, "against": {"model": "hiera_test"},
                   "figures": {"speed_ratio": "1.0"}})");

  const json report = as_json({"--budget", "0.001"}, 5);

  EXPECT_THAT(figure(report, "a", "speed_ratio")["reason"].get<std::string>(),
              HasSubstr("left out by --budget"));
}

TEST_F(ReproduceCommandTest, TheReportHasAPageOfThePaper) {
  write_ledger(R"({"id": "a", "about": "</script><b>", "measure": {"model": "vit_test"},
                   "figures": {"gmacs": "1"}})");
  as_json({}, 1);

  const Finished done = yardstick({"report", "--out", "report.html"}, {.folder = folder_.path()});

  ASSERT_EQ(done.code, 0) << done.err;
  const std::string html = read_file(folder_.file("report.html"));
  EXPECT_THAT(html, AllOf(HasSubstr("Own claims"), HasSubstr("\"verdict\":\"OFF\""),
                          Not(HasSubstr("</script><b>"))));
}

TEST_F(ReproduceCommandTest, RefusesWhatItCannotMean) {
  const auto run = [this](const std::vector<std::string>& words) {
    return yardstick(words, {.folder = folder_.path()});
  };
  EXPECT_THAT(run({"reproduce"}), Fails(2, HasSubstr("--all --quick")));
  EXPECT_THAT(run({"reproduce", "tome", "--all"}), Fails(2, HasSubstr("--all and a paper")));
  EXPECT_THAT(run({"reproduce", "tom"}), Fails(2, HasSubstr("tome")));
  EXPECT_THAT(run({"reproduce", "tome", "--table", "augreq"}), Fails(2, HasSubstr("augreg")));
  EXPECT_THAT(run({"reproduce", "tome", "--rows", "no_such*"}), Fails(2, HasSubstr("no_such*")));
  EXPECT_THAT(run({"reproduce", "tome", "--format", "xml"}), Fails(2, HasSubstr("table, md")));
  EXPECT_THAT(run({"reproduce", "tome", "--data", "nowhere"}), Fails(3, HasSubstr("nowhere")));
}

}  // namespace
}  // namespace yardstick::test
