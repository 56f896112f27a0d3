#include <yardstick/feature_pyramid.h>
#include <yardstick/masked_pretrainer.h>
#include <yardstick/method.h>
#include <yardstick/metric.h>
#include <yardstick/model.h>
#include <yardstick/objective.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

#include <array>

namespace yardstick {
namespace {

// Stored in databases: append, never rename or reorder.
constexpr std::array<std::string_view, 10> kUnitNames = {
    "none",       "count", "fraction", "seconds", "bytes",
    "per_second", "macs",  "nats",     "joules",  "watts"};
constexpr std::array<std::string_view, 3> kDirectionNames = {"higher", "lower", "neutral"};

template <typename Enum, std::size_t N>
std::optional<Enum> from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

// Key functions: one home for each interface's vtable and type information, so that dynamic_cast
// works across plug-ins.
ActivationTap::~ActivationTap() = default;
BatchSource::~BatchSource() = default;
FeaturePyramid::~FeaturePyramid() = default;
MaskedPretrainer::~MaskedPretrainer() = default;
Method::~Method() = default;
Metric::~Metric() = default;
Model::~Model() = default;
Objective::~Objective() = default;
ProgressListener::~ProgressListener() = default;
RecordSink::~RecordSink() = default;
ReplaceableHead::~ReplaceableHead() = default;
Task::~Task() = default;

LoadReport Model::load_weights(const TensorMap& weights, const LoadOptions& options) {
  return load_state(module(), weights, options.memory);
}

std::string_view to_string(Split split) { return split == Split::kTrain ? "train" : "val"; }

std::string_view to_string(Unit unit) { return kUnitNames[static_cast<std::size_t>(unit)]; }

std::optional<Unit> unit_from_string(std::string_view name) {
  return from_name<Unit>(kUnitNames, name);
}

std::string_view to_string(Direction direction) {
  return kDirectionNames[static_cast<std::size_t>(direction)];
}

std::optional<Direction> direction_from_string(std::string_view name) {
  return from_name<Direction>(kDirectionNames, name);
}

std::string_view to_string(RunKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"train", "eval", "bench"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(RunStatus status) {
  constexpr std::array<std::string_view, 4> kNames = {"ok", "failed", "skipped", "interrupted"};
  return kNames[static_cast<std::size_t>(status)];
}

}  // namespace yardstick
