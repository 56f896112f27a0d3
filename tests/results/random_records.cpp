#include "tests/results/random_records.h"

#include "tests/results/sample_records.h"

#include <yardstick/error.h>

#include <limits>
#include <random>
#include <string>

namespace yardstick::test {
namespace {

class Source {
 public:
  explicit Source(std::uint64_t seed) : random_(seed) {}

  // Distributions of our own: the standard's differ between libraries.
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <std::size_t N>
  std::string any_of(const char* const (&choices)[N]) {
    return choices[below(N)];
  }
  double value() {
    if (one_in(15)) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(below(8)) / 8;
  }

 private:
  std::mt19937_64 random_;
};

void add(Source& source, RunRecord& record, const char* tag, Unit unit, Direction direction) {
  Measurement measurement = measured(tag, source.value(), unit, direction);
  if (source.one_in(2)) measurement.low = measurement.value - 0.1;
  if (source.one_in(2)) measurement.high = measurement.value + 0.1;
  measurement.about = source.any_of({"", "as the paper has it"});
  measurement.n = static_cast<std::int64_t>(source.below(100));
  record.measurements.push_back(measurement);
}

void measure_quality(Source& source, RunRecord& record) {
  record.task = source.any_of({"digits", "imagenet1k"});
  record.split = source.any_of({"val", "val", "test"});
  record.provenance["data_fingerprint"] = source.any_of({"content:aa", "content:aa", "content:bb"});
  if (!source.one_in(4)) {
    record.provenance["checkpoint_sha256"] = std::string(64, source.one_in(2) ? '3' : '7');
  }
  record.weights_tag = source.any_of({"", "mae_in1k"});
  for (std::size_t i = source.below(4); i > 0; --i) {
    switch (source.below(4)) {
      case 0:
        add(source, record, "loss/nll", Unit::kNats, Direction::kLowerIsBetter);
        break;
      case 1:
        add(source, record, "params/total", Unit::kCount, Direction::kNeutral);
        break;
      default:
        add(source, record, "accuracy/top1", Unit::kFraction, Direction::kHigherIsBetter);
    }
  }
}

void measure_speed(Source& source, RunRecord& record) {
  record.batch_size = source.one_in(2) ? 1 : 8;
  record.provenance["protocol"] = source.any_of({"1/default", "1/default", "1/quick"});
  record.provenance["threads_intra"] = source.any_of({"1", "2"});
  for (std::size_t i = source.below(4); i > 0; --i) {
    switch (source.below(4)) {
      case 0:
        add(source, record, "latency/inference/median", Unit::kSeconds, Direction::kLowerIsBetter);
        break;
      case 1:
        add(source, record, "params/total", Unit::kCount, Direction::kNeutral);
        break;
      default:
        add(source, record, "throughput/inference/images", Unit::kPerSecond,
            Direction::kHigherIsBetter);
    }
  }
}

RunRecord random_record(Source& source, std::int64_t number) {
  const RunKind kinds[] = {RunKind::kTrain, RunKind::kEval, RunKind::kBench, RunKind::kBench};
  const RunStatus statuses[] = {RunStatus::kFailed, RunStatus::kSkipped, RunStatus::kInterrupted};
  RunRecord record;
  record.id = sample_id(number);
  record.kind = kinds[source.below(4)];
  if (source.one_in(8)) record.status = statuses[source.below(3)];
  record.started_at = concat("2026-11-", 10 + source.below(15), "T10:00:00.000Z");
  record.model = source.any_of({"vit_10", "vit_9", "hiera_t"});
  record.methods = source.any_of({"[]", "[]", R"([{"name":"tome","params":{"r":8}}])"});
  record.device = source.any_of({"cpu", "cpu", "cuda:0"});
  record.precision = source.any_of({"fp32", "fp32", "bf16"});
  record.requested = record.effective = "{}";
  record.on_leaderboard = !source.one_in(6);
  record.provenance["model_params"] = source.any_of({"{}", R"({"classes": 10})"});
  record.provenance[record.device == "cpu" ? "cpu_model" : "gpu_name"] = "Example device";
  if (source.one_in(5)) record.flags = {source.any_of({"noisy", "debug_build"})};
  if (source.one_in(3)) record.samples = {{"time/step", Unit::kSeconds, {0.25, 0.5}}};
  if (record.kind == RunKind::kBench) {
    measure_speed(source, record);
  } else {
    measure_quality(source, record);
  }
  return record;
}

}  // namespace

std::vector<RunRecord> random_records(std::uint64_t seed, int count) {
  Source source(seed);
  std::vector<RunRecord> records;
  for (int number = 1; number <= count; ++number) records.push_back(random_record(source, number));
  return records;
}

}  // namespace yardstick::test
