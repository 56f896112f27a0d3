#pragma once

#include "runners/device.h"
#include "runners/profile/module_paths.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// What an operator of a step works for. An inference step has the first only.
enum class StepPhase { kForward, kBackward, kUpdate };

// One step of work that says where its phases begin; kForward is open at the start.
using EnterPhase = std::function<void(StepPhase)>;
using ProfiledStep = std::function<void(const EnterPhase&)>;

// An operator that a step called, and that no other operator called for it.
struct RecordedOperator {
  std::string name;  // "aten::linear"
  StepPhase phase = StepPhase::kForward;
  // The deepest module that has all the parameters it reads; nothing where it reads none. Tensors
  // computed from parameters alone (a cast weight, a resampled position embedding) count as such.
  std::optional<std::string> owner;
  std::vector<std::size_t> producers;         // operators whose results it reads, in order
  std::optional<std::size_t> is_backward_of;  // the operator whose gradient this is part of
  std::int64_t macs = 0;                      // by the rules of mac_rules.h, of all that it calls
  std::int64_t allocated_bytes = 0;           // handed out by LibTorch's allocators during the call
};

// Runs `step` once and describes the operators it calls, in order. Slow: not for timing.
std::vector<RecordedOperator> record_operators(const ModulePaths& paths, const ProfiledStep& step);

struct OperatorSpan {
  const char* name = "";  // lives as long as the operator's registration
  double start_s = 0;     // since the step's start
  double seconds = 0;
};

// Runs `step` once and times the operators that record_operators would describe: by the steady
// clock where `marks` is null, as for a CPU, else between two marks in the device's stream, with
// the host's start moved behind the end of the operator before.
std::vector<OperatorSpan> time_operators(StepTimer* marks, const ProfiledStep& step);

}  // namespace yardstick
