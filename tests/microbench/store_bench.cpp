#include "results/leaderboard.h"
#include "results/result_store.h"
#include "tests/support/temp_dir.h"

#include <yardstick/error.h>

#include <benchmark/benchmark.h>

#include <string>
#include <utility>

namespace yardstick {
namespace {

// An evaluation of `samples` samples.
RunRecord evaluation(int number, std::size_t samples) {
  std::string serial = std::to_string(number);
  serial.insert(0, 12 - serial.size(), '0');
  RunRecord record;
  record.id = "00000000-0000-4000-8000-" + serial;
  record.kind = RunKind::kEval;
  record.started_at = "2026-01-01T00:00:00.000Z";
  record.model = concat("model_", number % 50);
  record.methods = "[]";
  record.task = "imagenet1k";
  record.split = "val";
  record.device = "cpu";
  record.precision = "fp32";
  record.batch_size = 64;
  record.requested = "{}";
  record.effective = "{}";
  record.measurements.push_back({.tag = "accuracy/top1",
                                 .value = 0.8 + 0.0001 * number,
                                 .low = 0.79,
                                 .high = 0.82,
                                 .unit = Unit::kFraction,
                                 .direction = Direction::kHigherIsBetter,
                                 .n = static_cast<std::int64_t>(samples),
                                 .about = "share of samples"});
  Outcomes outcomes;
  for (std::size_t i = 0; i < samples; ++i) {
    outcomes.index.push_back(static_cast<std::int64_t>(i));
    outcomes.target.push_back(static_cast<std::int32_t>(i % 1000));
    outcomes.prediction.push_back(static_cast<std::int32_t>(i * 7 % 1000));
    outcomes.target_log_prob.push_back(-0.001f * static_cast<float>(i % 997));
  }
  record.outcomes = std::move(outcomes);
  return record;
}

// Each append is durable, so this is mostly the disk's.
void store_append(benchmark::State& state) {
  const test::TempDir folder;
  ResultStore store(folder.file("results.db"), ResultStore::Mode::kReadWrite);
  int number = 0;
  for (auto _ : state) {
    store.append(evaluation(number++, static_cast<std::size_t>(state.range(0))));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(store_append)->Arg(1000)->Arg(50'000)->Unit(benchmark::kMillisecond);

void leaderboard_query(benchmark::State& state) {
  const test::TempDir folder;
  ResultStore store(folder.file("results.db"), ResultStore::Mode::kReadWrite);
  for (int number = 0; number < state.range(0); ++number) store.append(evaluation(number, 10));
  LeaderboardQuery query;
  query.task = "imagenet1k";
  for (auto _ : state) benchmark::DoNotOptimize(query_leaderboard(store, query));
}
BENCHMARK(leaderboard_query)->Arg(200)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yardstick
