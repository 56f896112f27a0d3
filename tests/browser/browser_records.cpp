// Databases for the tests of the report in a browser: `browser_records small FILE` one of every
// kind of record that the page shows, `large FILE ROWS` a leaderboard of so many rows with 20
// figures each, `values` the texts of figures as JSON on stdout.

#include "results/reporters.h"
#include "results/reproductions.h"
#include "results/store_impl.h"
#include "tests/results/sample_records.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using nlohmann::json;
using test::measured;

std::string text_of(const char* format, int a, int b, int c, int d) {
  char text[64];
  std::snprintf(text, sizeof text, format, a, b, c, d);
  return text;
}

Measurement between(Measurement measurement, double relative) {
  measurement.low = measurement.value * (1 - relative);
  measurement.high = measurement.value * (1 + relative);
  return measurement;
}

// A model as the small database has it.
struct Subject {
  std::string model;
  std::string methods;  // JSON
  double top1;
  double step_ms;  // of one image
  double mmacs;
  double thousand_params;
  bool is_gpu = false;
};

class Maker {
 public:
  explicit Maker(const std::string& path) : store_(path, ResultStore::Mode::kReadWrite) {
    // A test's database need not survive a loss of power.
    store_.impl().connection.execute("PRAGMA synchronous = OFF");
  }

  void make_small();
  void make_large(int rows);

 private:
  void dress(RunRecord& record, bool is_gpu, int day);
  void add_eval(const Subject& subject, const std::string& task, int day);
  void add_bench(const Subject& subject, std::int64_t batch, int day);
  void add_night(const std::string& model, int night, double step_s);
  void add_failures();
  void add_paper(const std::string& name, const std::string& title, int day, const json& tables);
  void add_hostile();
  double noise(double spread) { return std::normal_distribution<double>(0, spread)(random_); }

  ResultStore store_;
  std::mt19937_64 random_{20261126};
  std::int64_t number_ = 0;
};

void Maker::dress(RunRecord& record, bool is_gpu, int day) {
  record.started_at =
      text_of("2026-11-%02dT%02d:%02d:%02d.000Z", day, static_cast<int>(number_ / 60 % 24),
              static_cast<int>(number_ % 60), 7);
  record.precision = is_gpu ? "bf16" : "fp32";
  record.device = is_gpu ? "cuda:0" : "cpu";
  record.provenance = {
      {"yardstick", "0.1.0"},
      {"git_commit", "58060af3c1b2d4e5f60718293a4b5c6d7e8f9011"},
      {"build_type", "Release"},
      {"compiler", "GCC 12.2.0"},
      {"libtorch", "2.11.0"},
      {"cpu_model", "AMD EPYC 7B13"},
      {"memory_bytes", "16768098304"},
      {"os", "Debian GNU/Linux 12"},
      {"kernel", "6.1.0-25-amd64"},
      {"threads_intra", is_gpu ? "8" : "2"},
      {"deterministic", "false"},
      {"command_line", "yardstick bench " + record.model},
      {"model_params", R"({"classes": 10})"},
  };
  if (is_gpu) {
    record.provenance["gpu_name"] = "NVIDIA H100 80GB HBM3";
    record.provenance["driver"] = "580.65.06";
    record.provenance["cuda"] = "13.0";
    record.provenance["tf32"] = "false";
  }
}

void Maker::add_eval(const Subject& subject, const std::string& task, int day) {
  constexpr int kSamples = 1000;
  RunRecord record = test::eval_record(++number_, subject.model, subject.top1);
  record.task = task;
  dress(record, subject.is_gpu, day);
  record.methods = subject.methods;
  record.weights_tag = "digits";
  record.provenance["checkpoint_sha256"] =
      text_of("%08x%08x%08x%08x", static_cast<int>(number_ * 2654435761u), 17, 4, 2);
  record.provenance["data_fingerprint"] = "content:9b1c6f0e77d2";
  record.provenance["preprocessing"] =
      R"({"crop_px": 28, "interpolation": "bilinear", "mean": [0.1307], "std": [0.3081]})";
  record.effective = json{{"task", {{"value", task}, {"origin", "flag"}}},
                          {"batch_size", {{"value", 32}, {"origin", "default"}}},
                          {"seed", {{"value", 0}, {"origin", "default"}}}}
                         .dump();
  // A sample's difficulty is the same for all models, so that they fail on much the same ones.
  std::mt19937_64 difficulty(7);
  std::uniform_real_distribution<double> uniform;
  Outcomes outcomes;
  int right = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double hard = uniform(difficulty);
    const bool is_right = hard * 0.85 + 0.15 * uniform(random_) < subject.top1;
    right += is_right ? 1 : 0;
    outcomes.index.push_back(i);
    outcomes.target.push_back(i % 10);
    outcomes.prediction.push_back(is_right ? i % 10 : (i + 1) % 10);
    outcomes.target_log_prob.push_back(is_right ? -0.05F : -2.5F);
  }
  record.outcomes = std::move(outcomes);
  const double top1 = static_cast<double>(right) / kSamples;
  const double half = 1.96 * std::sqrt(top1 * (1 - top1) / kSamples);
  record.measurements[0].value = top1;
  record.measurements[0].low = top1 - half;
  record.measurements[0].high = std::min(1.0, top1 + half);
  record.measurements[0].about = "target has the largest logit; Wilson interval";
  record.measurements.push_back(
      between(measured("loss/nll", (1 - top1) * 4, Unit::kNats, Direction::kLowerIsBetter), 0.06));
  record.measurements.push_back(between(
      measured("calibration/ece15", 0.012, Unit::kFraction, Direction::kLowerIsBetter), 0.2));
  store_.append(record);
}

void Maker::add_bench(const Subject& subject, std::int64_t batch, int day) {
  const double step_s = subject.step_ms * 1e-3 * std::pow(static_cast<double>(batch), 0.8);
  RunRecord record = test::bench_record(++number_, subject.model, batch,
                                        static_cast<double>(batch) / step_s, step_s);
  dress(record, subject.is_gpu, day);
  record.methods = subject.methods;
  record.provenance["protocol"] = "1/default";
  record.effective =
      json{{"batch_size", {{"value", batch}, {"origin", "flag"}}},
           {"warmup_s", {{"value", 2.0}, {"origin", "default"}}},
           {"max_s", {{"value", subject.is_gpu ? 60.0 : 15.0}, {"origin", "default"}}},
           {"run", {{"threads", subject.is_gpu ? 8 : 2}}}}
          .dump();
  record.measurements[0].about = "the batch over the median step time";
  record.measurements[1].about = "wall time of one batch from call to result; order statistics";
  record.measurements[2].value = subject.thousand_params * 1e3;
  record.measurements.push_back(between(
      measured("latency/inference/p90", step_s * 1.08, Unit::kSeconds, Direction::kLowerIsBetter),
      0.02));
  record.measurements.push_back(
      measured("macs/image", subject.mmacs * 1e6, Unit::kMacs, Direction::kNeutral));
  record.measurements.push_back(measured(
      "memory/inference/peak", subject.thousand_params * 4200 + static_cast<double>(batch) * 90e3,
      Unit::kBytes, Direction::kLowerIsBetter));
  if (subject.is_gpu) {
    record.measurements.push_back(
        between(measured("energy/inference/image", step_s * 210 / static_cast<double>(batch),
                         Unit::kJoules, Direction::kLowerIsBetter),
                0.03));
  }
  SampleSeries series{"latency/inference", Unit::kSeconds, {}};
  for (int i = 0; i < 400; ++i) {
    const double tail = i % 40 == 0 ? 0.25 * std::abs(noise(1)) : 0;
    series.values.push_back(step_s * (1 + std::abs(noise(0.02)) + tail));
  }
  record.samples = {std::move(series)};
  if (subject.step_ms > 4) record.flags = {"noise_settled"};
  store_.append(record);
}

// One night's process of a model that is followed.
void Maker::add_night(const std::string& model, int night, double step_s) {
  RunRecord record = test::bench_record(++number_, model, 1, 1 / step_s, step_s);
  dress(record, false, 1);
  const int month = 8 + night / 30;
  record.started_at = text_of("2026-%02d-%02dT02:%02d:%02d.000Z", month, night % 30 + 1,
                              static_cast<int>(number_ % 60), 0);
  record.provenance["git_commit"] = text_of("%08x%08x%08x%08x", night * 40503, night, 11, 5);
  record.provenance["protocol"] = "1/nightly";
  record.measurements = {between(
      measured("time/inference/step", step_s, Unit::kSeconds, Direction::kLowerIsBetter), 0.01)};
  store_.append(record);
}

void Maker::add_failures() {
  RunRecord failed = test::bench_record(++number_, "vit_base", 512, 1, 1);
  dress(failed, true, 24);
  failed.status = RunStatus::kFailed;
  failed.reason = "out of memory at batch 512: 81.2 GiB wanted, 79.6 GiB there";
  failed.measurements.clear();
  store_.append(failed);
  RunRecord stopped = test::full_record(++number_);
  stopped.started_at = "2026-11-24T09:00:00.000Z";
  store_.append(stopped);
}

void Maker::add_paper(const std::string& name, const std::string& title, int day,
                      const json& tables) {
  RunRecord record = test::bench_record(++number_, name, 0, 1, 1);
  dress(record, false, day);
  record.measurements.clear();
  record.on_leaderboard = false;
  record.provenance[kPaperKey] = name;
  record.provenance[kReproductionKey] =
      json{{"paper", name},         {"title", title},
           {"arxiv", "2210.09461"}, {"year", 2023},
           {"venue", "ICLR 2023"},  {"machine", "AMD EPYC 7B13, 2 threads"},
           {"quick", true},         {"quick_note", "2000 images only"},
           {"interrupted", false},  {"tables", tables}}
          .dump();
  store_.append(record);
}

json figure(const std::string& name, const std::string& published, const std::string& here,
            const std::string& verdict, const std::string& reason, const json& differs) {
  return {{"figure", name},        {"unit", "fraction"},
          {"published", 0.8},      {"published_text", published},
          {"measured_text", here}, {"verdict", verdict},
          {"reason", reason},      {"differs", differs},
          {"runs", json::array()}};
}

json paper_row(const std::string& id, const std::string& about, const json& figures) {
  return {{"id", id},
          {"claim", "quality"},
          {"about", about},
          {"measure",
           {{"model", "vit_tiny"},
            {"tag", "augreg_in1k"},
            {"methods", json::array({"tome(r=8)"})},
            {"set", json::object()}}},
          {"against", nullptr},
          {"source", "Table 4"},
          {"confidence", "checked"},
          {"note", ""},
          {"figures", figures}};
}

void Maker::add_hostile() {
  Subject subject{"<script>alert(1)</script>",
                  R"([{"name":"<img src=x onerror=alert(2)>","params":{"r":"\"><b>bold</b>"}}])",
                  0.91,
                  2.2,
                  14,
                  250};
  add_eval(subject, "digits", 20);
  add_bench(subject, 1, 20);
  RunRecord record = test::bench_record(++number_, "{{constructor}}</title>", 1, 10, 0.1);
  dress(record, false, 20);
  record.flags = {"<svg onload=alert(3)>", "noisy"};
  record.provenance["os"] = "</script><script>alert(4)</script>";
  record.provenance["protocol"] = "1/<i>quick</i>";
  store_.append(record);
  for (int night = 0; night < 2; ++night) {
    add_night("<script>alert(5)</script>", night, 0.004);
  }
}

void Maker::make_small() {
  const std::string none = "[]";
  const auto tome = [](int r) {
    return json::array({{{"name", "tome"}, {"params", {{"r", r}}}}}).dump();
  };
  const std::vector<Subject> subjects = {
      {"vit_nano_patch4_28", none, 0.951, 0.734, 11.3, 207},
      {"vit_nano_patch4_28", tome(2), 0.950, 0.701, 10.1, 207},
      {"vit_nano_patch4_28", tome(4), 0.947, 0.655, 8.9, 207},
      {"vit_nano_patch4_28", tome(8), 0.921, 0.560, 6.4, 207},
      {"vit_micro_patch4_28", none, 0.962, 1.31, 24.1, 480},
      {"vit_micro_patch4_28", tome(4), 0.960, 1.12, 19.3, 480},
      {"mae_nano_patch4_28", none, 0.968, 0.741, 11.3, 207},
      {"hiera_nano_32", none, 0.980, 1.576, 5.63, 1170},
      {"hiera_micro_32", none, 0.984, 2.94, 12.7, 3100},
      {"mvit_nano_32", none, 0.973, 2.02, 9.4, 820},
      {"reversible_vit_nano_28", none, 0.949, 0.802, 11.4, 211},
      {"reversible_mvit_nano_32", none, 0.970, 2.23, 9.6, 830},
      {"vit_base_patch16_224_with_a_name_that_is_far_longer_than_any_column_would_like_it_to_be",
       none, 0.981, 9.3, 17500, 86567},
      {"hiera_nano_32", none, 0.980, 0.221, 5.63, 1170, true},
      {"vit_micro_patch4_28", none, 0.962, 0.160, 24.1, 480, true},
      {"mvit_nano_32", none, 0.973, 0.302, 9.4, 820, true},
  };
  for (const Subject& subject : subjects) {
    add_eval(subject, "digits", 21);
    add_bench(subject, 1, 22);
    add_bench(subject, 32, 22);
  }
  for (int i : {0, 4, 7}) {
    Subject subject = subjects[static_cast<std::size_t>(i)];
    subject.top1 -= 0.15;
    add_eval(subject, "letters", 23);
  }
  add_bench({"vit_large", none, 0, 48, 61600, 304000}, 1, 23);
  for (int night = 0; night < 90; ++night) {
    const double slower = night < 60 ? 1 : 1.06;
    const double faster = night < 30 ? 1 : 0.92;
    add_night("hiera_small_32", night, 0.001576 * slower * (1 + noise(0.008)));
    add_night("vit_small_patch4_28", night, 0.000734 * faster * slower * (1 + noise(0.008)));
    add_night("mvit_small_32", night, 0.00202 * (1 + noise(0.01)));
  }
  add_failures();
  add_hostile();
  const json exact = figure("params", "5.72 M", "5.72 M", "EXACT", "", json::array());
  const json within = figure("top1", "72.9 %", "72.8 % [70.8, 74.7]", "WITHIN", "", json::array());
  const json statistical = figure("top1", "71.9 %", "70.6 % [68.6, 72.6]", "STATISTICAL",
                                  "2000 of 50000 images", json::array());
  const json off =
      figure("throughput", "2.0x", "1.62x [1.58, 1.66]", "OFF", "",
             json::array({"device: V100 there, CPU here", "batch: 256 there, 8 here"}));
  const json not_run =
      figure("top1", "86.9 %", "", "NOT RUN", "weights of 2.5 GB are not here", json::array());
  add_paper(
      "tome", "Token Merging: Your ViT But Faster", 25,
      json::array(
          {{{"id", "table4"},
            {"about", "r against accuracy and speed"},
            {"task", "imagenet_1k"},
            {"rows",
             json::array({paper_row("tiny_r8", "ToMe at r = 8", json::array({exact, within, off})),
                          paper_row("tiny_r13", "at r = 13", json::array({statistical})),
                          paper_row("huge_r7", "", json::array({not_run}))})}}}));
  add_paper(
      "mae", "Masked Autoencoders Are Scalable Vision Learners", 25,
      json::array(
          {{{"id", "table1"},
            {"about", "fine-tuned"},
            {"task", "imagenet_1k"},
            {"rows", json::array({paper_row("base", "ViT-B", json::array({within, not_run}))})}}}));
}

void Maker::make_large(int rows) {
  const std::vector<std::string> families = {"vit",  "hiera", "mvit", "mae",   "deit",    "swin",
                                             "beit", "cait",  "pvt",  "levit", "convnext"};
  std::uniform_real_distribution<double> uniform;
  for (int i = 0; i < rows; ++i) {
    const std::string& family = families[static_cast<std::size_t>(i) % families.size()];
    const std::string model =
        family + text_of("_s%d_w%d_d%d_v%d", i % 7, 64 + i % 13 * 16, 4 + i % 9, i / 500);
    const std::string methods =
        i % 3 == 0 ? "[]" : json::array({{{"name", "tome"}, {"params", {{"r", i % 17}}}}}).dump();
    const double top1 = 0.55 + 0.35 * uniform(random_);
    RunRecord eval = test::eval_record(++number_, model, top1);
    dress(eval, i % 5 == 0, 1 + i % 28);
    eval.methods = methods;
    eval.provenance["checkpoint_sha256"] = text_of("%08x%08x%08x%08x", i * 7919 + 1, i, 3, 1);
    eval.provenance["data_fingerprint"] = "content:aa";
    eval.effective = json{{"seed", {{"value", i % 5}, {"origin", "flag"}}}}.dump();
    for (const char* tag : {"accuracy/top5", "accuracy/mean_per_class"}) {
      eval.measurements.push_back(between(measured(tag, top1 * (0.98 + 0.01 * uniform(random_)),
                                                   Unit::kFraction, Direction::kHigherIsBetter),
                                          0.01));
    }
    for (const char* tag :
         {"calibration/ece15", "calibration/mce15", "calibration/rmsce15", "calibration/brier"}) {
      eval.measurements.push_back(between(
          measured(tag, 0.1 * uniform(random_), Unit::kFraction, Direction::kLowerIsBetter), 0.1));
    }
    eval.measurements.push_back(between(
        measured("loss/nll", 2 * (1 - top1), Unit::kNats, Direction::kLowerIsBetter), 0.05));
    store_.append(eval);
    const double step_s = 1e-3 * std::exp(4 * uniform(random_));
    RunRecord bench = test::bench_record(++number_, model, 1, 1 / step_s, step_s);
    dress(bench, i % 5 == 0, 1 + i % 28);
    bench.methods = methods;
    bench.provenance["protocol"] = "1/default";
    bench.effective = json{{"warmup_s", {{"value", 2.0}, {"origin", "default"}}}}.dump();
    bench.measurements[2].value = std::floor(1e6 * std::exp(5 * uniform(random_)));
    for (const char* tag :
         {"latency/inference/p90", "latency/inference/p95", "time/inference/step"}) {
      bench.measurements.push_back(between(measured(tag, step_s * (1.01 + 0.1 * uniform(random_)),
                                                    Unit::kSeconds, Direction::kLowerIsBetter),
                                           0.02));
    }
    for (const char* tag :
         {"memory/weights", "memory/inference/peak", "memory/inference/reserved"}) {
      bench.measurements.push_back(measured(tag, std::floor(1e7 * std::exp(4 * uniform(random_))),
                                            Unit::kBytes, Direction::kLowerIsBetter));
    }
    bench.measurements.push_back(measured("macs/image",
                                          std::floor(1e8 * std::exp(5 * uniform(random_))),
                                          Unit::kMacs, Direction::kNeutral));
    bench.measurements.push_back(between(
        measured("energy/inference/image", step_s * 200, Unit::kJoules, Direction::kLowerIsBetter),
        0.03));
    bench.measurements.push_back(measured("power/inference/mean", 200 + 50 * uniform(random_),
                                          Unit::kWatts, Direction::kNeutral));
    store_.append(bench);
  }
}

// Every unit over its whole range, with and without intervals.
void print_values() {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(0, 1);
  json list = json::array();
  const auto add = [&list](Measurement measurement) {
    const MeasurementText text = measurement_text(measurement);
    const auto end = [](const std::optional<double>& value) {
      return value ? json(*value) : json(nullptr);
    };
    list.push_back({measurement.value, end(measurement.low), end(measurement.high),
                    std::string(to_string(measurement.unit)), text.value, text.unit,
                    text.interval});
  };
  for (const Unit unit :
       {Unit::kNone, Unit::kCount, Unit::kFraction, Unit::kSeconds, Unit::kBytes, Unit::kPerSecond,
        Unit::kMacs, Unit::kNats, Unit::kJoules, Unit::kWatts}) {
    for (int i = 0; i < 400; ++i) {
      double value = std::exp(60 * uniform(random) - 25);
      if (i % 4 == 1) value = std::floor(1 + 20000 * uniform(random));
      if (i % 4 == 2) value = std::floor(1 + 2000 * uniform(random)) / 64;  // ties of rounding
      if (i % 40 == 3) value = std::pow(10, i % 25) * 0.9996;
      if (i % 50 == 7) value = 0;
      if (i % 8 == 5) value = -value;
      Measurement measurement = measured("tag", value, unit, Direction::kNeutral);
      if (i % 3 == 1) measurement = between(measurement, std::exp(-8 * uniform(random)));
      add(measurement);
    }
  }
  std::cout << list.dump() << "\n";
}

}  // namespace
}  // namespace yardstick

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "values") {
    yardstick::print_values();
  } else if (words.size() == 2 && words[0] == "small") {
    yardstick::Maker(words[1]).make_small();
  } else if (words.size() == 3 && words[0] == "large") {
    yardstick::Maker(words[1]).make_large(std::atoi(words[2].c_str()));
  } else {
    std::cerr << "usage: browser_records small FILE | large FILE ROWS | values\n";
    return 2;
  }
}
