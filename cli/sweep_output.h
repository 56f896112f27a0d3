#pragma once

#include "cli/sweep_plan.h"

#include <string>
#include <vector>

namespace yardstick::cli {

// What a sweep has come to: this shard's cells with all that the database has of them.
struct SweepReport {
  std::string id;
  const Suite& suite;
  const Shard& shard;
  const std::vector<SweepCell>& cells;
  const SweepState& state;
  std::size_t runs_now = 0;  // steps of this session
  bool was_stopped = false;
};

// Every process of every cell has ended well.
bool is_complete(const SweepReport& report);
std::string sweep_text(const SweepReport& report);
std::string sweep_json(const SweepReport& report);

// Of --dry-run.
struct SweepPreview {
  const Suite& suite;
  const Shard& shard;
  const std::vector<SweepCell>& cells;
  const std::vector<SweepStep>& steps;
  SweepEstimate time;
};
std::string preview_text(const SweepPreview& preview);
std::string preview_json(const SweepPreview& preview);

}  // namespace yardstick::cli
