#pragma once

#include "runners/bench_runner.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yardstick::test {

// One bench of a tiny model with the protocol profile "test", on one thread.
struct Bench {
  RunBench bench;
  Quirk quirk = Quirk::kNone;
  at::Tensor images;
  std::unique_ptr<Model> model;  // null: a tiny one with `quirk`

  RunRecord run(const std::vector<std::pair<std::string, std::string>>& settings,
                std::int64_t batch_size = 2, StopRequested stop = {});
};

// Of a tiny model by hand: 4 positions of a 4x4 patch of 3 channels to 16, and the head.
constexpr double kTinyMacs = 4 * 16 * 3 * 16 + 64 * 4;
// patch, pos_embed, bn, norm, head.
constexpr double kTinyParams = (16 * 3 * 16 + 16) + 16 * 4 + 32 + 128 + (64 * 4 + 4);

}  // namespace yardstick::test
