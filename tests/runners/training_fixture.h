#pragma once

#include "runners/train_runner.h"
#include "tests/runners/memory_task.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace yardstick::test {

using Settings = std::vector<std::pair<std::string, std::string>>;

// Sets each, as a user's flags would.
void set_all(Params& params, const Settings& settings);

// A small training: 4 epochs of 8 steps of 8 samples, from the same start each time.
struct Training {
  RunBench bench;
  MemoryTask task{MemoryTask::Options{}};
  Quirk quirk = Quirk::kDropout;
  int diverges_at = 0;
  bool is_masked = false;  // of the tiny masked model, with masked_autoencoding
  std::string objective = "supervised";
  const ObjectiveEntry* own_objective = nullptr;  // in place of the named one
  Settings objective_settings;
  std::string teacher_sha256 = "cafe";

  RunRecord run(const std::string& folder, const Settings& settings = {}, bool resume = false,
                StopRequested stop = {});

  // Runs into `straight` in one session, calls `between`, and runs into `stopped` in two. Steps of
  // two batches.
  void run_straight_and_resumed(const std::string& straight, const std::string& stopped,
                                const std::function<void()>& between);

  // Stops after `steps` optimiser steps of this session.
  static StopRequested after(int steps);
};

}  // namespace yardstick::test
