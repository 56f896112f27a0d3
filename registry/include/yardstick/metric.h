#pragma once

#include <yardstick/export.h>
#include <yardstick/model.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// Stored by name; reporters format by it and know no metric by its tag.
enum class Unit {
  kNone,
  kCount,
  kFraction,  // 0..1, printed as a percentage
  kSeconds,
  kBytes,
  kPerSecond,  // items a second; the tag's last part names the item
  kMacs,       // multiply-accumulates
  kNats,
  kJoules,
  kWatts,
};
YS_API std::string_view to_string(Unit unit);
YS_API std::optional<Unit> unit_from_string(std::string_view name);

enum class Direction { kHigherIsBetter, kLowerIsBetter, kNeutral };
YS_API std::string_view to_string(Direction direction);
YS_API std::optional<Direction> direction_from_string(std::string_view name);

// One number with its error bar.
struct Measurement {
  std::string tag;  // "accuracy/top1", "throughput/inference/images"
  double value = 0;
  std::optional<double> low;  // ends of the 95 % interval, where there is one
  std::optional<double> high;
  Unit unit = Unit::kNone;
  Direction direction = Direction::kNeutral;
  std::int64_t n = 0;  // samples behind the value
  std::string about;   // one line: what it is, and which interval
};

// What happened to each sample, for paired comparisons. Parallel vectors.
struct Outcomes {
  std::vector<std::int64_t> index;  // position in the dataset
  std::vector<std::int32_t> target;
  std::vector<std::int32_t> prediction;  // top-1; among equal logits the lowest class
  std::vector<float> target_log_prob;    // natural logarithm
};

// Accumulates over batches; compute() does not change the state. Targets below 0 are not counted.
class YS_API Metric {
 public:
  virtual ~Metric();
  virtual void update(const ModelOutput& output, const Batch& batch) = 0;
  // Adds what `other`, of the same type, has seen. Throws Internal on another type.
  virtual void merge(const Metric& other) = 0;
  virtual std::vector<Measurement> compute() const = 0;
  virtual void reset() = 0;
  // Per-sample outcomes, where the metric keeps them.
  virtual const Outcomes* outcomes() const { return nullptr; }
};

struct MetricEntry {
  std::string name;
  std::string summary;
  std::vector<std::string> tags;  // of the measurements that it computes
  std::function<std::unique_ptr<Metric>()> build;
  std::string origin;
};

}  // namespace yardstick
