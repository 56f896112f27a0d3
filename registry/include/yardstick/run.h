#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/metric.h>

namespace yardstick {

enum class RunKind { kTrain, kEval, kBench };
YS_API std::string_view to_string(RunKind kind);

enum class RunStatus { kOk, kFailed, kSkipped, kInterrupted };
YS_API std::string_view to_string(RunStatus status);

// All timings (or other raw values) behind a measurement, in the order taken.
struct SampleSeries {
  std::string tag;
  Unit unit = Unit::kSeconds;
  std::vector<double> values;
};

// Facts about the code, the machine and the data: "git_commit", "gpu_name", ... The keys are listed
// in docs/results-schema.md. An unknown fact is absent.
using Provenance = std::map<std::string, std::string>;

// One run as it is stored: what was asked, what was run, and what came of it.
struct RunRecord {
  std::string id;  // UUID, version 4
  RunKind kind = RunKind::kEval;
  RunStatus status = RunStatus::kOk;
  std::string reason;      // why not kOk; one line
  std::string started_at;  // UTC, ISO 8601, "2026-11-25T21:14:45.123Z"
  double duration_s = 0;

  std::string model;        // registry name
  std::string weights_tag;  // "" where none
  std::string methods;      // JSON array of {"name", "params"}
  std::string task;         // "" for bench
  std::string split;
  std::string device;     // "cpu", "cuda:0"
  std::string precision;  // "fp32", "bf16", ...
  std::int64_t batch_size = 0;

  std::string requested;  // JSON object: the settings as the user gave them
  std::string effective;  // JSON object: every setting as it was run, with its origin

  std::vector<Measurement> measurements;
  std::vector<SampleSeries> samples;
  std::optional<Outcomes> outcomes;
  std::vector<std::string> flags;  // "noisy", "debug_build", "bad_inputs_skipped=3"
  bool on_leaderboard = true;      // false for debug and sanitizer builds, and limited data
  Provenance provenance;
};

// Takes finished records. A record is kept once append returns; it throws Environment where it
// cannot be.
class YS_API RecordSink {
 public:
  virtual ~RecordSink();
  virtual void append(const RunRecord& record) = 0;
};

// How far a run is. Runners report it; the command line draws it.
struct Progress {
  std::string stage;       // "train", "eval", "warm-up"
  std::int64_t done = 0;   // steps
  std::int64_t total = 0;  // 0: unknown
  std::int64_t epoch = 0;  // from 1; 0: not in epochs
  std::int64_t epochs = 0;
  double items_per_s = 0;
  std::optional<double> loss;
};

class YS_API ProgressListener {
 public:
  virtual ~ProgressListener();
  virtual void update(const Progress& progress) = 0;   // often; may be dropped
  virtual void milestone(const std::string& line) = 0; // seldom: the end of an epoch
};

// Asked between steps; true ends the run cleanly with status kInterrupted.
using StopRequested = std::function<bool()>;

}  // namespace yardstick
