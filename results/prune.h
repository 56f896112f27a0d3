#pragma once

#include "results/result_store.h"
#include "results/run_list.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

enum class PruneExtent {
  kRuns,    // the run with everything in it
  kSamples  // its timings and per-sample outcomes; the run and its measurements stay
};

// Which runs go: those for which all conditions hold. Without any, none may go.
struct PruneQuery {
  std::vector<std::string> filters = {};         // results/run_filter.h
  std::string before = {};                       // those that began before this time
  std::optional<std::int64_t> keep_newest = {};  // of each configuration, ok or not, this many stay
  PruneExtent extent = PruneExtent::kRuns;
  bool also_shown = false;  // also what leaderboards and reports show: see Pruning

  bool has_condition() const { return !filters.empty() || !before.empty() || keep_newest; }
  // On one line, for the log.
  std::string text() const;
};

struct PruneCounts {
  std::int64_t runs = 0;      // that go, or that lose their samples
  std::int64_t series = 0;    // of samples
  std::int64_t outcomes = 0;  // runs with outcomes for each sample
  std::int64_t bytes = 0;     // what the file holds for them, about: texts, numbers and blobs
  std::int64_t shown = 0;     // runs that the conditions hit and that stay because they are shown
};

// Deliberate removal from an append-only file. The runs are chosen on construction and no others
// are removed, whatever is written in between. Kept, unless `also_shown`: the newest ok value of
// each configuration and measurement, which is what leaderboards rank, and the verdicts of
// `reproduce`.
class Pruning {
 public:
  // Throws User on a filter that cannot be understood, and where there is no condition.
  Pruning(ResultStore& store, PruneQuery query);

  const PruneCounts& counts() const { return counts_; }
  // Newest first.
  void visit(const std::function<bool(const RunSummary&)>& visit) const;

  // One transaction, with a line in the table `prunings`: all of it or nothing. The triggers that
  // keep the tables append-only are as before when it ends.
  void remove();

 private:
  void choose();
  void count();

  const detail::Connection& connection_;
  PruneQuery query_;
  PruneCounts counts_;
};

// Gives what was freed back to the disk. Takes as much free disk as the file is large, and waits
// for other processes. Returns the file's bytes before and after.
std::pair<std::int64_t, std::int64_t> vacuum(ResultStore& store);

// "180d", "26w" as the time that long before now, and a date or its beginning as it is. Throws User
// on another text.
std::string prune_bound(const std::string& text);

}  // namespace yardstick
