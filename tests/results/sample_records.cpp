#include "tests/results/sample_records.h"

#include <yardstick/error.h>

#include <iomanip>
#include <limits>
#include <sstream>

namespace yardstick::test {
namespace {

RunRecord plain_record(std::int64_t number, RunKind kind, const std::string& model) {
  RunRecord record;
  record.id = sample_id(number);
  record.kind = kind;
  std::ostringstream time;
  time << "2026-11-25T10:" << std::setfill('0') << std::setw(2) << number / 60 << ':'
       << std::setw(2) << number % 60 << ".000Z";
  record.started_at = time.str();
  record.duration_s = 12.5;
  record.model = model;
  record.methods = "[]";
  record.device = "cpu";
  record.precision = "fp32";
  record.batch_size = 32;
  record.requested = "{}";
  record.effective = "{}";
  record.provenance = {
      {"cpu_model", "Example CPU"}, {"threads_intra", "2"}, {"model_params", R"({"classes": 10})"}};
  return record;
}

}  // namespace

std::string sample_id(std::int64_t number) {
  std::ostringstream id;
  id << "00000000-0000-4000-8000-" << std::hex << std::setfill('0') << std::setw(12) << number;
  return id.str();
}

Measurement measured(std::string tag, double value, Unit unit, Direction direction) {
  Measurement measurement;
  measurement.tag = std::move(tag);
  measurement.value = value;
  measurement.unit = unit;
  measurement.direction = direction;
  measurement.n = 1000;
  return measurement;
}

RunRecord full_record(std::int64_t number) {
  RunRecord record = plain_record(number, RunKind::kTrain, "hiera_test");
  record.status = RunStatus::kInterrupted;
  record.reason = "stopped after epoch 3 of 5";
  record.duration_s = 0.1 + 0.2;  // a value without a short decimal form
  record.weights_tag = "mae_in1k";
  record.methods = R"([{"name":"tome","params":{"r":16}}])";
  record.task = "digits";
  record.split = "val";
  record.device = "cuda:1";
  record.precision = "bf16";
  record.batch_size = 64;
  record.requested = R"({"epochs":5})";
  record.effective =
      R"({"epochs":{"value":5,"origin":"flag"},"lr":{"value":0.001,"origin":"default"}})";
  record.measurements = {
      {"accuracy/top1", 0.952, 0.937, 0.964, Unit::kFraction, Direction::kHigherIsBetter, 1000,
       "share of samples whose best class is the target; Wilson interval"},
      {"train/loss_final",
       std::numeric_limits<double>::infinity(),
       {},
       {},
       Unit::kNats,
       Direction::kLowerIsBetter,
       0,
       ""},
      {"params/total", 5717416, {}, {}, Unit::kCount, Direction::kNeutral, 1, "trainable"}};
  record.samples = {{"latency/inference", Unit::kSeconds, {0.0123, 0.0124, 1e-300, -0.0}},
                    {"empty", Unit::kNone, {}}};
  record.outcomes = Outcomes{
      {0, 1, 2, 7, 3}, {1, 2, 3, 4, -1}, {1, 9, 3, 4, 0}, {-0.25f, -3.5f, -1e-30f, -0.0f, -87.0f}};
  record.flags = {"noisy", "bad_inputs_skipped=3", "naïve \"quoted\""};
  record.on_leaderboard = false;
  record.provenance["git_commit"] = "0123abcd";
  record.provenance["command"] = "yardstick train hiera_test --set 'a=\"b\"'";
  return record;
}

RunRecord eval_record(std::int64_t number, const std::string& model, double top1) {
  RunRecord record = plain_record(number, RunKind::kEval, model);
  record.task = "digits";
  record.split = "val";
  record.provenance["checkpoint_sha256"] = "3fa9c1d2" + std::string(56, '0');
  record.provenance["data_fingerprint"] = "content:aa";
  Measurement accuracy =
      measured("accuracy/top1", top1, Unit::kFraction, Direction::kHigherIsBetter);
  accuracy.low = top1 - 0.015;
  accuracy.high = top1 + 0.012;
  record.measurements.push_back(accuracy);
  return record;
}

RunRecord train_record(std::int64_t number, const std::string& model, double top1) {
  RunRecord record = eval_record(number, model, top1);
  record.kind = RunKind::kTrain;

  record.measurements.push_back(
      measured("train/images_per_s", 210.5, Unit::kPerSecond, Direction::kHigherIsBetter));
  return record;
}

RunRecord bench_record(std::int64_t number, const std::string& model, std::int64_t batch_size,
                       double images_per_s, double latency_s) {
  RunRecord record = plain_record(number, RunKind::kBench, model);
  record.batch_size = batch_size;
  Measurement throughput = measured("throughput/inference/images", images_per_s, Unit::kPerSecond,
                                    Direction::kHigherIsBetter);
  throughput.low = images_per_s * 0.99;
  throughput.high = images_per_s * 1.01;
  Measurement latency =
      measured("latency/inference/median", latency_s, Unit::kSeconds, Direction::kLowerIsBetter);
  latency.low = latency_s * 0.99;
  latency.high = latency_s * 1.01;
  record.measurements = {throughput, latency,
                         measured("params/total", 5717416, Unit::kCount, Direction::kNeutral)};
  return record;
}

}  // namespace yardstick::test
