#pragma once

#include "runners/bench_protocol.h"
#include "runners/device.h"
#include "runners/sensors.h"

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace yardstick {

// What one step's time includes.
enum class StepClock {
  kDevice,  // the device's own time, launches hidden; on a CPU the same as kHost
  kHost,    // wall time from the call to the result, launch included
};

struct StepPlan {
  std::function<void(std::int64_t index)> step;  // step number `index`
  std::string stage;                             // for progress: "inference"
  std::int64_t items_per_step = 1;
  StepClock clock = StepClock::kDevice;
  bool flushes_cache = false;  // empty the last-level cache before each step, untimed
};

struct StepTimes {
  std::vector<double> seconds;  // of each timed step that counts, in order
  std::int64_t warmup_steps = 0;
  WarmupRule::State warmup = WarmupRule::State::kWarming;
  StopRule::Decision end = StopRule::Decision::kContinue;
  bool was_stopped = false;          // by `stop`; what was measured so far is kept
  std::int64_t discarded_steps = 0;  // timed at a slowed clock (ClockRule)
  bool was_throttled = false;        // more were slow than may be discarded
  SensorSummary sensors;             // over the timed part and the 0.25 s before
};

// Warms up and measures by `profile`. On a GPU, events are read out about every 0.25 s and the host
// waits for nothing in between.
StepTimes time_steps(const StepPlan& plan, const ProtocolProfile& profile, DeviceBackend& device,
                     ProgressListener& progress, const StopRequested& stop);

}  // namespace yardstick
