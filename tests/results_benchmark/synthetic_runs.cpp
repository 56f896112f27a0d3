#include "tests/results_benchmark/synthetic_runs.h"

#include <array>
#include <cstdio>

namespace yardstick::benchmark {
namespace {

// SplitMix64 (Steele, Lea and Flood 2014): one step from any number to an unrelated one.
class Random {
 public:
  explicit Random(std::int64_t seed) : state_(static_cast<std::uint64_t>(seed)) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }
  double fraction() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::string digits(std::size_t count) {
    std::string text;
    while (text.size() < count) {
      char part[17];
      std::snprintf(part, sizeof part, "%016llx", static_cast<unsigned long long>(next()));
      text += part;
    }
    text.resize(count);
    return text;
  }

 private:
  std::uint64_t state_;
};

struct Tag {
  const char* name;
  Unit unit;
  Direction direction;
  double scale;
};

constexpr auto kUp = Direction::kHigherIsBetter;
constexpr auto kDown = Direction::kLowerIsBetter;
constexpr auto kNone = Direction::kNeutral;

constexpr std::array<Tag, 20> kQuality = {{
    {"accuracy/top1", Unit::kFraction, kUp, 1},
    {"accuracy/top5", Unit::kFraction, kUp, 1},
    {"accuracy/mean_per_class", Unit::kFraction, kUp, 1},
    {"accuracy/knn_top1", Unit::kFraction, kUp, 1},
    {"loss/nll", Unit::kNats, kDown, 3},
    {"calibration/ece15", Unit::kFraction, kDown, 0.1},
    {"calibration/mce15", Unit::kFraction, kDown, 0.3},
    {"calibration/rmsce15", Unit::kFraction, kDown, 0.1},
    {"calibration/brier", Unit::kNone, kDown, 1},
    {"data/skipped", Unit::kCount, kNone, 10},
    {"train/images_per_s", Unit::kPerSecond, kUp, 4000},
    {"train/loss_final", Unit::kNats, kDown, 3},
    {"time/train", Unit::kSeconds, kDown, 1e5},
    {"robustness/blur", Unit::kFraction, kUp, 1},
    {"robustness/noise", Unit::kFraction, kUp, 1},
    {"robustness/jpeg", Unit::kFraction, kUp, 1},
    {"robustness/contrast", Unit::kFraction, kUp, 1},
    {"robustness/fog", Unit::kFraction, kUp, 1},
    {"robustness/snow", Unit::kFraction, kUp, 1},
    {"robustness/mean", Unit::kFraction, kUp, 1},
}};

constexpr std::array<Tag, 20> kSpeed = {{
    {"latency/inference/median", Unit::kSeconds, kDown, 0.1},
    {"latency/inference/mean", Unit::kSeconds, kDown, 0.1},
    {"latency/inference/min", Unit::kSeconds, kDown, 0.1},
    {"latency/inference/p90", Unit::kSeconds, kDown, 0.1},
    {"latency/inference/p99", Unit::kSeconds, kDown, 0.1},
    {"throughput/inference/images", Unit::kPerSecond, kUp, 8000},
    {"throughput/training/images", Unit::kPerSecond, kUp, 2000},
    {"time/training/step", Unit::kSeconds, kDown, 1},
    {"params/total", Unit::kCount, kNone, 1e9},
    {"params/trainable", Unit::kCount, kNone, 1e9},
    {"macs/image", Unit::kMacs, kDown, 1e11},
    {"macs/uncounted_share", Unit::kFraction, kNone, 0.01},
    {"memory/weights", Unit::kBytes, kDown, 4e9},
    {"memory/inference/peak", Unit::kBytes, kDown, 8e9},
    {"memory/inference/activations", Unit::kBytes, kDown, 8e9},
    {"memory/training/peak", Unit::kBytes, kDown, 4e10},
    {"energy/inference/image", Unit::kJoules, kDown, 1},
    {"power/inference/mean", Unit::kWatts, kNone, 700},
    {"mfu/inference", Unit::kFraction, kUp, 1},
    {"mfu/training", Unit::kFraction, kUp, 1},
}};

constexpr std::array<const char*, 10> kFamilies = {
    "vit", "deit", "swin", "hiera", "convnext", "beit", "reversible", "mae", "eva", "levit"};

std::string model_name(std::int64_t model) {
  char name[32];
  std::snprintf(name, sizeof name, "%s_%03d", kFamilies[static_cast<std::size_t>(model % 10)],
                static_cast<int>(model / 10));
  return name;
}

// One second apart, from 2026 on; 28 days a month, so that no calendar is needed.
std::string start_of(std::int64_t second) {
  char text[40];
  const auto at = [second](std::int64_t unit, std::int64_t bound) {
    return static_cast<int>(second / unit % bound);
  };
  constexpr std::int64_t kDay = 86400;
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                2026 + at(kDay * 28 * 12, 1000), 1 + at(kDay * 28, 12), 1 + at(kDay, 28),
                at(3600, 24), at(60, 60), at(1, 60), static_cast<int>(second % 997));
  return text;
}

void measure(Random& random, const std::array<Tag, 20>& tags, RunRecord& record) {
  for (const Tag& tag : tags) {
    Measurement measurement;
    measurement.tag = tag.name;
    measurement.value = tag.scale * random.fraction();
    measurement.low = measurement.value * 0.99;
    measurement.high = measurement.value * 1.01;
    measurement.unit = tag.unit;
    measurement.direction = tag.direction;
    measurement.n = 50'000;
    measurement.about = std::string(tag.name) + ", with its interval of 95 %";
    record.measurements.push_back(std::move(measurement));
  }
}

Provenance provenance_of(Random& random, std::int64_t number) {
  const std::string commit = Random(number / 5000).digits(40);
  return {{"yardstick", "0.1.0"},
          {"git_commit", commit},
          {"git_dirty", "false"},
          {"build_type", "Release"},
          {"compiler", "GNU 12.2.0"},
          {"compile_flags",
           "-O2 -DNDEBUG -std=c++20 -fvisibility=hidden -fvisibility-inlines-hidden -fPIC -Wall "
           "-Wextra -Wpedantic -Wshadow"},
          {"libtorch", "2.11.0"},
          {"binary_sha256", Random(number / 5000 + 1).digits(64)},
          {"command_line",
           "yardstick sweep run configs/suites/nightly.json --db /data/results/yardstick.db "
           "--repeat 3 --continue"},
          {"cpu_capability", "AVX512"},
          {"cpu_threads", "96"},
          {"cpu_governor", "performance"},
          {"memory_bytes", "1081101176832"},
          {"os", "Ubuntu 24.04.2 LTS"},
          {"kernel", "6.8.0-60-generic"},
          {"gpu_uuid", "GPU-" + random.digits(32)},
          {"gpu_memory_bytes", "85029158912"},
          {"gpu_compute_capability", "9.0"},
          {"gpu_sms", "132"},
          {"gpu_power_limit_w", "700"},
          {"gpu_max_sm_clock_mhz", "1980"},
          {"driver", "580.65.06"},
          {"cuda", "13.0"},
          {"cudnn", "9.13.0"},
          {"tf32", "false"},
          {"cudnn_benchmark", "false"},
          {"deterministic", "true"},
          {"sdpa_backends", "flash,efficient,math"},
          {"preprocessing",
           R"({"resize":256,"crop":224,"interpolation":"bicubic","mean":[0.485,0.456,0.406],)"
           R"("std":[0.229,0.224,0.225]})"},
          {"inputs", "synthetic"},
          {"processes", "5"},
          {"sweep", random.digits(32)},
          {"sweep_suite", "nightly"},
          {"sweep_cell", random.digits(64)},
          {"sweep_repeat", "0"}};
}

}  // namespace

RunRecord synthetic_run(std::int64_t number) {
  Random random(number);
  const std::int64_t configuration =
      number < kConfigurations ? number : random.below(kConfigurations);
  const std::int64_t model = configuration % kModels;
  const std::int64_t subject = configuration / kModels % 5;
  const std::int64_t part = configuration / (5 * kModels);  // two sets of weights, then speed

  RunRecord record;
  const std::string id = random.digits(32);
  record.id = id.substr(0, 8) + '-' + id.substr(8, 4) + "-4" + id.substr(13, 3) + "-8" +
              id.substr(17, 3) + '-' + id.substr(20);
  record.kind = part == 2 ? RunKind::kBench : RunKind::kEval;
  // Some runs come in late, from other machines.
  record.started_at =
      start_of(number - (random.below(20) == 0 ? random.below(20'000) : 0) + 20'000);
  record.duration_s = 100 * random.fraction();
  record.model = model_name(model);
  record.methods = subject == 4 ? R"([{"name":"tome","params":{"r":16}}])" : "[]";
  const bool is_cpu = subject == 0;
  record.device = is_cpu ? "cpu" : "cuda:0";
  record.precision = subject >= 2 ? "bf16" : "fp32";
  record.batch_size = 64;
  record.requested = R"({"profile":"default","batch_size":64})";
  record.effective =
      R"({"model_params":{"classes":{"value":1000,"origin":"default"},"image_size":)"
      R"({"value":224,"origin":"default"},"drop_path":{"value":0.1,"origin":"config"}},)"
      R"("batch_size":{"value":64,"origin":"flag"},"precision":{"value":"bf16","origin":"flag"},)"
      R"("warm_up":{"value":"adaptive","origin":"default"},"seed":{"value":1,"origin":"default"},)"
      R"("workers":{"value":8,"origin":"default"},"min_seconds":{"value":2.5,"origin":"config"},)"
      R"("min_iterations":{"value":64,"origin":"default"},"run":{"threads_intra":48,"clock":"locked"}})";
  record.provenance = provenance_of(random, number);
  record.provenance["cpu_model"] = "AMD EPYC 9654 96-Core Processor";
  if (!is_cpu) record.provenance["gpu_name"] = "NVIDIA H100 80GB HBM3";
  record.provenance["threads_intra"] = "48";
  if (part == 2) {
    record.provenance["protocol"] = "1/default";
    measure(random, kSpeed, record);
    return record;
  }
  const bool is_small_task = part == 1 && subject >= 3;
  record.task = is_small_task ? "digits" : "imagenet1k";
  record.split = "val";
  record.weights_tag = part == 0 ? "mae_in1k" : "";
  record.provenance["checkpoint_sha256"] = Random(2 * model + part).digits(64);
  record.provenance["data_fingerprint"] = "content:" + Random(is_small_task ? 1 : 2).digits(64);
  measure(random, kQuality, record);
  return record;
}

}  // namespace yardstick::benchmark
