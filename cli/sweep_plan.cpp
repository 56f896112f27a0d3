#include "cli/sweep_plan.h"

#include "cli/number_text.h"
#include "runners/bench_protocol.h"
#include "runners/comparison/comparison_plan.h"

#include <yardstick/error.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

namespace yardstick::cli {

Shard parse_shard(const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto index = whole_number(std::string_view(text).substr(0, slash));
  const auto count = whole_number(std::string_view(text).substr(std::min(slash + 1, text.size())));
  if (!index || !count || *index < 1 || *index > *count) {
    throw_user(concat("--shard takes I/N, not \"", text, "\""),
               "1/3, 2/3 and 3/3 are the shards of three");
  }
  return {*index, *count};
}

std::vector<SweepCell> plan_cells(const Suite& suite, const Shard& shard, const Context& context) {
  std::vector<SweepCell> all;
  std::map<std::string, std::string> label_of;  // by key, in its order
  for (const SuiteCell& cell : suite.cells) {
    CellProcess process = cell_process(suite, cell, context);
    if (const auto [same, is_new] = label_of.emplace(process.key, cell.label); !is_new) {
      throw_user(
          concat(suite.path, ": \"", same->second, "\" and \"", cell.label, "\" measure the same"),
          "leave one of them out");
    }
    all.push_back({cell, std::move(process)});
  }
  std::set<std::string> dealt;
  std::int64_t position = 0;
  for (const auto& [key, label] : label_of) {
    if (position++ % shard.count == shard.index - 1) dealt.insert(key);
  }
  std::erase_if(all, [&](const SweepCell& cell) { return !dealt.contains(cell.process.key); });
  return all;
}

SweepState::SweepState(const std::vector<SweepRun>& runs) {
  for (const SweepRun& run : runs) {
    const auto [known, is_new] = runs_.try_emplace({run.cell, run.repeat}, run);
    if (!is_new && known->second.status != RunStatus::kOk) known->second = run;
  }
}

const SweepRun* SweepState::find(const std::string& cell, std::int64_t repeat) const {
  const auto found = runs_.find({cell, repeat});
  return found == runs_.end() ? nullptr : &found->second;
}

CellResult cell_result(const SweepCell& cell, const Suite& suite, const SweepState& state) {
  CellResult result;
  for (std::int64_t repeat = 0; repeat < suite.processes; ++repeat) {
    const SweepRun* run = state.find(cell.process.key, repeat);
    if (run != nullptr) result.duration_s += run->duration_s;
    if (run == nullptr || run->status == RunStatus::kInterrupted) {
      ++result.missing;
    } else if (run->status == RunStatus::kOk) {
      ++result.ok;
      result.run_ids.push_back(run->id);
      if (run->step_s) result.process_medians_s.push_back(*run->step_s);
    } else {
      result.failures.push_back(run->reason);
    }
  }
  return result;
}

std::vector<SweepStep> steps_to_run(const Suite& suite, const std::vector<SweepCell>& cells,
                                    const SweepState& state, bool retries_failed) {
  std::vector<SweepStep> steps;
  std::vector<std::int64_t> repeats(cells.size(), 0);
  for (const std::size_t cell : order_in_rounds(cells.size(), suite.processes, suite.order_seed)) {
    const std::int64_t repeat = repeats[cell]++;
    const SweepRun* known = state.find(cells[cell].process.key, repeat);
    const bool is_settled =
        known != nullptr && (known->status == RunStatus::kOk ||
                             (known->status == RunStatus::kFailed && !retries_failed));
    if (!is_settled) steps.push_back({cell, repeat});
  }
  return steps;
}

SweepEstimate estimate(const Suite& suite, const std::vector<SweepCell>& cells,
                       const std::vector<SweepStep>& steps,
                       const std::map<std::string, double>& known_s) {
  const ProtocolProfile profile = protocol_profile(suite.protocol);
  SweepEstimate sum;
  for (const SweepStep& step : steps) {
    const auto known = known_s.find(cells[step.cell].process.key);
    if (known != known_s.end()) {
      sum.least_s += known->second;
      sum.most_s += known->second;
    } else {
      const auto parts = static_cast<double>(cells[step.cell].process.timed_parts);
      sum.least_s += parts * (profile.warmup_min_s + profile.min_s);
      sum.most_s += parts * (profile.warmup_cap_s + profile.cap_s);
    }
  }
  return sum;
}

}  // namespace yardstick::cli
