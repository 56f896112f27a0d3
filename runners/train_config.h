#pragma once

#include "runners/ema.h"
#include "runners/lr_schedule.h"
#include "runners/numerics.h"
#include "runners/optim/optimizer.h"
#include "runners/param_groups.h"

#include <yardstick/params.h>
#include <yardstick/task.h>

#include <cstdint>
#include <optional>
#include <string>

namespace yardstick {

enum class ClipMode {
  kNorm,      // of all gradients together
  kValue,     // of each component
  kAdaptive,  // of each row, against its parameters' norm
};

struct GradientClip {
  ClipMode mode = ClipMode::kNorm;
  double limit = 0;  // 0: off
};

// Few labels: a part of the training split.
struct LowShot {
  std::int64_t samples_per_class = 0;  // 0: all
  std::uint64_t seed = 0;              // which
};

// The settings of `train` with their types, derived seeds and rates filled in.
struct TrainConfig {
  std::int64_t epochs = 0;
  std::int64_t batch_size = 0;  // of one forward pass
  std::int64_t accumulate = 1;  // forward passes an optimiser step
  OptimizerConfig optimizer;
  GroupOptions groups;
  LrSchedule schedule;
  GradientClip clip;
  std::optional<EmaOptions> ema;
  Precision precision = Precision::kFp32;
  bool is_deterministic = false;
  std::int64_t threads = 0;
  std::uint64_t seed_shuffle = 0;
  std::uint64_t seed_augment = 0;
  std::uint64_t seed_model = 0;
  Augmentation augmentation;
  LowShot low_shot;
  double checkpoint_every_s = 0;             // 0: off
  std::int64_t checkpoint_every_epochs = 0;  // 0: off
  std::int64_t checkpoint_every_steps = 0;   // 0: off
  std::int64_t eval_every_epochs = 0;        // 0: after the last only
};

// Throws User where two settings do not go together.
TrainConfig train_config(const Params& settings, c10::Device device);

// False for settings that change how fast or how safely a run goes and not what it computes: those
// may differ between a run and its resumption.
bool decides_result(const std::string& setting);

}  // namespace yardstick
