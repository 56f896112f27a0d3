#include "runners/process/run_child.h"

#include "runners/build_info.h"
#include "runners/process/cpu_list.h"
#include "tests/results/child_process.h"
#include "tests/runners/process/memory_group.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class Listener final : public ProgressListener {
 public:
  void update(const Progress& progress) override { stages.push_back(progress.stage); }
  void milestone(const std::string& line) override { milestones.push_back(line); }

  std::vector<std::string> stages;
  std::vector<std::string> milestones;
};

// A record whose model is the text that the child sent.
RunRecord read_record(const std::string& text) {
  if (text == "unreadable") throw_data("no record");
  RunRecord record;
  record.model = text;
  if (text == "interrupted") record.status = RunStatus::kInterrupted;
  return record;
}

std::vector<std::string> models_of(const std::vector<RunRecord>& records) {
  std::vector<std::string> models;
  for (const RunRecord& record : records) models.push_back(record.model);
  return models;
}

class RunChildTest : public testing::Test {
 protected:
  ChildResult run(std::vector<std::string> words) {
    spec.arguments = std::move(words);
    return run_child(spec, listener, stop);
  }

  // The one record that tells of the child's end.
  static RunRecord failure(const ChildResult& result) {
    RunRecord blank;
    blank.model = "blank";
    blank.batch_size = 8;
    return settled_records(result, blank).back();
  }

  ChildSpec spec{.executable = YARDSTICK_SCRIPTED_CHILD,
                 .read_record = read_record,
                 .on_output = [this](const std::string& line) { lines.push_back(line); }};
  Listener listener;
  StopRequested stop;
  std::vector<std::string> lines;
};

TEST_F(RunChildTest, HandsOnAllThatAGoodChildSends) {
  const ChildResult result =
      run({"hello",
           "send:progress\n{\"stage\":\"warm-up\",\"done\":1,\"total\":2,\"epoch\":0,"
           "\"epochs\":0,\"items_per_s\":3}",
           "begun:a", "print:a warning", "milestone:half", "record:a", "record:b", "done:0"});

  EXPECT_EQ(result.ending, ChildEnding::kOk) << describe(result);
  EXPECT_THAT(models_of(result.records), ElementsAre("a", "b"));
  EXPECT_THAT(models_of(settled_records(result, {})), ElementsAre("a", "b"));
  EXPECT_THAT(listener.stages, ElementsAre("warm-up"));
  EXPECT_THAT(listener.milestones, ElementsAre("half"));
  EXPECT_THAT(lines, ElementsAre("a warning"));
  EXPECT_EQ(result.output_tail, "a warning\n");
}

TEST_F(RunChildTest, ASegmentationFaultKeepsWhatCameBefore) {
  const ChildResult result = run({"hello", "record:a", "begun:b", "segfault"});

  EXPECT_EQ(result.ending, ChildEnding::kSignalled);
  EXPECT_EQ(result.signal, SIGSEGV);
  const std::vector<RunRecord> records = settled_records(result, {});
  EXPECT_THAT(models_of(records), ElementsAre("a", "b"));
  EXPECT_EQ(records[0].status, RunStatus::kOk);
  EXPECT_EQ(records[1].status, RunStatus::kFailed);
  EXPECT_EQ(records[1].reason, "killed by SIGSEGV");
}

TEST_F(RunChildTest, SomebodyElsesKillIsNoLackOfMemory) {
  const ChildResult result = run({"hello", "raise:9"});

  EXPECT_EQ(result.ending, ChildEnding::kSignalled);
  EXPECT_EQ(failure(result).reason, "killed by SIGKILL");
  EXPECT_EQ(failure(result).model, "blank");
}

TEST_F(RunChildTest, EndsWhatHangs) {
  spec.limits.timeout_s = 0.3;
  const ChildResult result = run({"hello", "hang"});

  EXPECT_EQ(result.ending, ChildEnding::kTimedOut);
  EXPECT_EQ(failure(result).reason, "timed out after 0.3 s");
  EXPECT_EQ(failure(result).status, RunStatus::kFailed);
}

TEST_F(RunChildTest, KillsWhatDoesNotHearAndWhatItStarted) {
  spec.limits.timeout_s = 0.3;
  spec.grace_on_timeout = std::chrono::milliseconds(200);
  const ChildResult result = run({"hello", "deaf", "spawn", "hang"});

  EXPECT_EQ(result.ending, ChildEnding::kTimedOut);
  ASSERT_THAT(lines, ElementsAre(StartsWith("sleeper ")));
  const std::string sleeper = lines[0].substr(8);
  // Once killed it may wait for its new parent to reap it.
  std::string state = "?";
  for (int i = 0; i < 200 && state != "Z" && state != ""; ++i) {
    std::ifstream stat("/proc/" + sleeper + "/stat");
    std::string skipped;
    state.clear();
    stat >> skipped >> skipped >> state;
    if (state != "Z" && state != "") std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(state == "Z" || state == "") << state;
}

TEST_F(RunChildTest, AnOrphanThatHoldsThePipesDelaysNothing) {
  const ChildResult result = run({"hello", "spawn", "record:a", "done:0"});

  EXPECT_EQ(result.ending, ChildEnding::kOk);
  EXPECT_THAT(models_of(result.records), ElementsAre("a"));
}

TEST_F(RunChildTest, ARunThatATimeOutCutShortKeepsItsMeasurements) {
  spec.limits.timeout_s = 0.3;
  const ChildResult result = run({"hello", "polite", "hang"});

  const std::vector<RunRecord> records = settled_records(result, {});
  ASSERT_THAT(models_of(records), ElementsAre("interrupted"));
  EXPECT_EQ(records[0].status, RunStatus::kFailed);
  EXPECT_EQ(records[0].reason, "timed out after 0.3 s");
}

TEST_F(RunChildTest, OutputWithoutEndDoesNotOutlastTheTimeOut) {
  spec.limits.timeout_s = 0.3;
  spec.on_output = {};
  const ChildResult result = run({"hello", "flood"});

  EXPECT_EQ(result.ending, ChildEnding::kTimedOut);
  EXPECT_LE(result.output_tail.size(), 8192u);
}

TEST_F(RunChildTest, AllocatingWithoutEndStopsAtTheLimit) {
  if (!build_info().sanitizers.empty()) GTEST_SKIP() << "the sanitizer's own memory is too much";
  spec.limits.memory_bytes = 64 << 20;
  const ChildResult result = run({"hello", "allocate"});

  EXPECT_EQ(result.ending, ChildEnding::kOutOfMemory) << describe(result);
  EXPECT_EQ(failure(result).reason, "out_of_memory at batch 8: it may take 64 MiB");
}

TEST(KernelOomTest, IsToldFromOtherKills) {
  const auto group = test::MemoryGroup::make(128 << 20);
  if (!group) GTEST_SKIP() << "no control group of one's own here";
  const std::string ending = test::text_from_child([&group] {
    if (!group->enter()) return std::string(test::kSkip) + "the control group cannot be entered";
    Listener listener;
    const ChildSpec spec{.executable = YARDSTICK_SCRIPTED_CHILD,
                         .arguments = {"hello", "record:a", "allocate"},
                         .read_record = read_record};
    const ChildResult result = run_child(spec, listener, {});
    return concat(describe(result), ", ", result.records.size(), " records");
  });

  if (ending.starts_with(test::kSkip)) GTEST_SKIP() << ending;
  EXPECT_EQ(ending, "out of memory: killed by the kernel, 1 records");
}

TEST_F(RunChildTest, RubbishOnThePipeIsAFailureOfTheChild) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"hello", "raw:printed by mistake", "hang"},
           {"raw:rubbish", "hang"},
           {"hello", "send:unknown\n{}", "hang"},
           {"hello", "record:unreadable", "hang"},
           {"hello", "hello", "hang"},
           {"record:a", "hang"},
           {"send:hello\n{\"protocol\": 2, \"yardstick\": \"9.9.9\", \"pid\": 1}", "hang"}}) {
    const ChildResult result = run(words);

    EXPECT_EQ(result.ending, ChildEnding::kProtocolError) << words[0] << " " << words[1];
    EXPECT_THAT(failure(result).reason, StartsWith("broke the protocol: "));
    EXPECT_EQ(failure(result).status, RunStatus::kFailed);
  }
}

TEST_F(RunChildTest, LeavingBeforeHelloOrDoneIsAFailure) {
  EXPECT_EQ(run({"exit:0"}).ending, ChildEnding::kProtocolError);
  EXPECT_EQ(run({"hello", "record:a", "exit:0"}).ending, ChildEnding::kProtocolError);

  const ChildResult result = run({"print:cannot open shared object", "exit:127"});
  EXPECT_EQ(result.ending, ChildEnding::kExited);
  EXPECT_EQ(result.exit_code, 127);
  EXPECT_EQ(failure(result).reason, "ended with exit code 127: cannot open shared object");
}

TEST_F(RunChildTest, GivesTheErrorThatTheChildReports) {
  const ChildResult result = run({"hello", "error:b.jpg is cut off", "done:3"});

  EXPECT_EQ(result.ending, ChildEnding::kExited);
  ASSERT_TRUE(result.error.has_value());
  EXPECT_EQ(result.error->kind, ErrorKind::kData);
  EXPECT_EQ(failure(result).reason, "b.jpg is cut off");
}

TEST_F(RunChildTest, AFailedRunThatTheChildToldOfIsNotToldTwice) {
  const ChildResult result = run({"hello", "record:a", "done:1"});

  EXPECT_EQ(result.ending, ChildEnding::kExited);
  EXPECT_THAT(settled_records(result, {}), SizeIs(1));
}

TEST_F(RunChildTest, SaysWhatCouldNotBeStarted) {
  spec.executable = "/nowhere/yardstick";
  const ChildResult result = run({});

  EXPECT_EQ(result.ending, ChildEnding::kNotStarted);
  EXPECT_EQ(failure(result).reason,
            "cannot start /nowhere/yardstick: the program: No such file or directory");
}

TEST_F(RunChildTest, AStopIsPassedOnOnce) {
  stop = [this] { return !lines.empty(); };
  const ChildResult result = run({"hello", "polite", "record:a", "print:ready", "hang"});

  EXPECT_EQ(result.ending, ChildEnding::kInterrupted);
  EXPECT_THAT(models_of(settled_records(result, {})), ElementsAre("a", "interrupted"));
  EXPECT_EQ(settled_records(result, {}).back().status, RunStatus::kInterrupted);
}

TEST_F(RunChildTest, AStopEndsAChildThatDoesNotHear) {
  spec.grace_on_stop = std::chrono::milliseconds(200);
  stop = [this] { return !lines.empty(); };
  const ChildResult result = run({"hello", "deaf", "begun:a", "print:ready", "hang"});

  EXPECT_EQ(result.ending, ChildEnding::kInterrupted);
  EXPECT_EQ(failure(result).model, "a");
  EXPECT_EQ(failure(result).status, RunStatus::kInterrupted);
}

TEST_F(RunChildTest, StartsWithCleanFilesAndTheGivenEnvironment) {
  const int open = ::open("/dev/null", O_RDONLY);  // would be inherited
  ::setenv("YARDSTICK_TEST_KEPT", "kept", 1);
  ::setenv("YARDSTICK_TEST_CHANGED", "old", 1);
  spec.environment = {{"YARDSTICK_TEST_CHANGED", "new"}};

  run({"files", "variable:YARDSTICK_TEST_KEPT", "variable:YARDSTICK_TEST_CHANGED"});

  ::close(open);
  EXPECT_THAT(lines,
              ElementsAre("files 4", "YARDSTICK_TEST_KEPT=kept", "YARDSTICK_TEST_CHANGED=new"));
}

TEST_F(RunChildTest, PinsTheChildToItsCpus) {
  const int cpu = allowed_cpus().back();
  spec.limits.cpus = {cpu};
  run({"cpus"});
  EXPECT_THAT(lines, ElementsAre("cpus " + std::to_string(cpu)));

  spec.limits.cpus = {8000};
  EXPECT_THAT(failure(run({"cpus"})).reason, HasSubstr("its CPUs: Invalid argument"));
}

TEST_F(RunChildTest, LeaksNoFile) {
  const auto count = [] {
    int open = 0;
    for (int fd = 0; fd < 1024; ++fd) open += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return open;
  };
  const int before = count();

  run({"hello", "done:0"});
  run({"hello", "segfault"});
  spec.executable = "/nowhere";
  run({});

  EXPECT_EQ(count(), before);
}

TEST_F(RunChildTest, RunsBesideOthersInThreads) {
  std::vector<ChildEnding> endings(8, ChildEnding::kProtocolError);
  std::vector<std::thread> threads;
  for (ChildEnding& ending : endings) {
    threads.emplace_back([&ending] {
      Listener own;
      const ChildSpec good{.executable = YARDSTICK_SCRIPTED_CHILD,
                           .arguments = {"hello", "record:a", "done:0"},
                           .read_record = read_record};
      ending = run_child(good, own, {}).ending;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_THAT(endings, testing::Each(ChildEnding::kOk));
}

TEST(SignalNameTest, IsTheUsualOne) {
  EXPECT_EQ(signal_name(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(signal_name(1000), "signal 1000");
}

}  // namespace
}  // namespace yardstick
