#include "results/run_list.h"

#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Mode = ResultStore::Mode;

class RunListTest : public testing::Test {
 protected:
  RunListTest() {
    RunRecord failed = test::bench_record(3, "hiera_tiny", 64, 0, 0);
    failed.status = RunStatus::kFailed;
    failed.reason = "out_of_memory at batch 64";
    failed.measurements.clear();
    failed.started_at = "2026-12-01T00:00:00.000Z";
    RunRecord merged = test::bench_record(4, "vit_test", 8, 900, 0.01);
    merged.methods = R"([{"name":"tome","params":{"r":8,"prop":false}},{"name":"int8"}])";
    merged.flags = {"noisy", "bad_inputs_skipped=3"};
    merged.effective = R"({"seed":{"value":7,"origin":"flag"}})";
    merged.provenance["git_commit"] = "0123abcd";
    merged.on_leaderboard = false;
    for (const RunRecord& record :
         {test::eval_record(1, "vit_test", 0.91), test::bench_record(2, "vit_test", 32, 312, 0.1),
          failed, merged}) {
      store_.append(record);
    }
  }

  // Numbers of the sample records, in the order listed.
  std::vector<int> numbers(const std::vector<std::string>& filters, std::int64_t limit = 0) {
    std::vector<int> found;
    visit_runs(store_, {.filters = filters, .limit = limit}, [&](const RunSummary& run) {
      found.push_back(std::stoi(run.id.substr(24), nullptr, 16));
      return true;
    });
    return found;
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), Mode::kReadWrite};
};

TEST_F(RunListTest, ListsTheNewestFirst) {
  EXPECT_THAT(numbers({}), ElementsAre(3, 4, 2, 1));
  EXPECT_THAT(numbers({}, /*limit=*/2), ElementsAre(3, 4));
}

TEST_F(RunListTest, SaysWhatEachRunWas) {
  std::vector<RunSummary> runs;
  visit_runs(store_, {}, [&](const RunSummary& run) {
    runs.push_back(run);
    return true;
  });

  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(runs[0].status, "failed");
  EXPECT_EQ(runs[0].reason, "out_of_memory at batch 64");
  EXPECT_FALSE(runs[0].headline.has_value());
  EXPECT_FALSE(runs[1].on_leaderboard);
  ASSERT_TRUE(runs[2].headline.has_value());
  EXPECT_EQ(runs[2].headline->tag, "throughput/inference/images");
  EXPECT_EQ(runs[3].headline->tag, "accuracy/top1");
  EXPECT_EQ(runs[3].headline->value, 0.91);
  EXPECT_EQ(runs[3].weights, "3fa9c1d2");
  EXPECT_EQ(runs[3].batch_size, 32);
}

TEST_F(RunListTest, StopsWhenNoMoreAreWanted) {
  int seen = 0;
  visit_runs(store_, {}, [&](const RunSummary&) { return ++seen < 2; });

  EXPECT_EQ(seen, 2);
}

TEST_F(RunListTest, FiltersByEveryKindOfField) {
  const std::pair<std::vector<std::string>, std::vector<int>> cases[] = {
      {{"model=vit_*"}, {4, 2, 1}},
      {{"model!=vit_*"}, {3}},
      {{"family=hiera"}, {3}},
      {{"kind=eval"}, {1}},
      {{"status!=ok"}, {3}},
      {{"weights=3fa9c1d2"}, {1}},
      {{"weights=random"}, {3, 4, 2}},
      {{"methods=tome(prop=false, r=8) + int8"}, {4}},
      {{"methods=*int8"}, {4}},
      {{"params=classes=10"}, {3, 4, 2, 1}},
      {{"flags=noisy"}, {4}},
      {{"flags!=noisy"}, {3, 2, 1}},
      {{"flags=bad_inputs*"}, {4}},
      {{"on_leaderboard=false"}, {4}},
      {{"batch>=32"}, {3, 2, 1}},
      {{"batch<32"}, {4}},
      {{"threads=2"}, {3, 4, 2, 1}},
      {{"duration>10s"}, {3, 4, 2, 1}},
      {{"accuracy/top1>90%"}, {1}},
      {{"throughput/inference/images>=312", "batch=32"}, {2}},
      {{"latency/inference/median<=10ms"}, {4}},
      {{"provenance.git_commit=0123*"}, {4}},
      {{"provenance.git_commit!=0123*"}, {3, 2, 1}},
      {{"settings.seed=7"}, {4}},
      {{"id=00000000-*2"}, {2}},
      {{"task=digits", "split=val", "data=content:aa"}, {1}},
      {{"device_name=Example*"}, {3, 4, 2, 1}}};
  for (const auto& [filters, expected] : cases) {
    EXPECT_EQ(numbers(filters), expected) << filters.front();
  }
}

TEST_F(RunListTest, ADateMayBeCutShort) {
  EXPECT_THAT(numbers({"started_at>2026-12"}), ElementsAre(3));
  EXPECT_THAT(numbers({"started_at>=2026-11"}), ElementsAre(3, 4, 2, 1));
  EXPECT_THAT(numbers({"started_at<2026-12"}), ElementsAre(4, 2, 1));
  EXPECT_THAT(numbers({"started_at<=2026-11"}), ElementsAre(4, 2, 1));  // to its end
  EXPECT_THAT(numbers({"started_at=2026-11-25T10:00:02"}), ElementsAre(2));
  EXPECT_THAT(numbers({"started_at!=2026-11-25"}), ElementsAre(3));
}

TEST_F(RunListTest, ABracketIsNoSet) {
  RunRecord record = test::bench_record(5, "odd[a]", 1, 1, 1);
  store_.append(record);

  EXPECT_THAT(numbers({"model=odd[a]*"}), ElementsAre(5));
  EXPECT_THAT([&] { numbers({"model=od[abcd]*"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no run")));
}

TEST_F(RunListTest, AQuoteInAFilterIsOnlyAQuote) {
  EXPECT_THAT([&] { numbers({"model=x' OR '1'='1"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no run")));
  EXPECT_THAT([&] { numbers({"provenance.a\") OR (\"=1"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no fact")));
}

TEST_F(RunListTest, SaysWhatIsWrongWithAFilter) {
  const std::pair<const char*, const char*> cases[] = {
      {"modle=vit_test", "did you mean model"},
      {"accuracy/top2>0.9", "did you mean accuracy/top1"},
      {"model>vit", "model is text"},
      {"status=faild", "did you mean failed"},
      {"kind=training", "train, eval or bench"},
      {"started_at>yesterday", "is no date"},
      {"batch=many", "is no number"},
      {"batch", "cannot understand"},
      {"model=", "cannot understand"},
      {"model=vit_tset", "did you mean vit_test"},
      {"accuracy/top1>0.99", "no run"}};
  for (const auto& [filter, what] : cases) {
    EXPECT_THAT([&] { numbers({filter}); }, ThrowsError(ErrorKind::kUser, HasSubstr(what)))
        << filter;
  }
}

TEST_F(RunListTest, SaysThatAFileIsEmpty) {
  const ResultStore empty(folder_.file("empty.db"), Mode::kReadWrite);

  EXPECT_THAT([&] { visit_runs(empty, {}, [](const RunSummary&) { return true; }); },
              ThrowsError(ErrorKind::kUser, HasSubstr("holds no run yet")));
}

TEST_F(RunListTest, NamesRunsByTheirPlace) {
  EXPECT_EQ(resolve_run_id(store_, "latest"), test::sample_id(3));
  EXPECT_EQ(resolve_run_id(store_, "@1"), test::sample_id(3));
  EXPECT_EQ(resolve_run_id(store_, "@4"), test::sample_id(1));
  EXPECT_EQ(resolve_run_id(store_, "3fa9"), "3fa9");
  EXPECT_THAT([&] { resolve_run_id(store_, "@5"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("holds 4 runs, not 5")));
  for (const char* text : {"@", "@0", "@-1", "@1x", "@99999999999999999999"}) {
    EXPECT_THAT([&] { resolve_run_id(store_, text); },
                ThrowsError(ErrorKind::kUser, HasSubstr("cannot understand the run")))
        << text;
  }
}

}  // namespace
}  // namespace yardstick
