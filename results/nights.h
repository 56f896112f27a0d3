#pragma once

#include "results/history_alarms.h"
#include "results/result_store.h"

#include <string>
#include <vector>

namespace yardstick {

// Keys of a run's provenance. A night's findings are a record of their own (docs/nightly.md,
// "What is remembered"): a bench record of batch size 0, with the suite for a model and without
// measurements.
inline constexpr char kNightKey[] = "night";        // its name, which its sweep has for an id
inline constexpr char kFindingsKey[] = "findings";  // JSON

struct StoredNight {
  std::string night;
  std::string started_at;
  std::vector<HistoryFinding> findings = {};
};

// The nights of a suite, in the order stored; one that was gone over again may be there twice. A
// record that cannot be read is passed over.
std::vector<StoredNight> stored_nights(const ResultStore& store, const std::string& suite);

// What kFindingsKey holds.
std::string findings_json(const std::vector<HistoryFinding>& findings);

}  // namespace yardstick
