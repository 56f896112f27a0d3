#pragma once

#include "results/result_store.h"

#include <string>
#include <vector>

namespace yardstick {

// Keys of a run's provenance that say what it has to do with a paper's claims.
inline constexpr char kClaimsKey[] = "claims";  // ids of the rows that it measures, by blanks
// Of a record that holds the verdicts on a paper (docs/results-schema.md, "Reproductions"): a bench
// record of batch size 0, with the paper for a model and without measurements.
inline constexpr char kPaperKey[] = "paper";
inline constexpr char kReproductionKey[] = "reproduction";  // JSON, as `reproduce --json` has it

// The verdicts on one paper, of the newest reproduction of each row.
struct StoredReproduction {
  std::string paper;
  std::string newest;  // when the newest of them began
  // As kReproductionKey; each row has "started_at", "machine" and "quick" of its own on top.
  std::string json;
};

// All papers with stored verdicts, by name. A record that cannot be read as JSON is passed over.
std::vector<StoredReproduction> newest_reproductions(const ResultStore& store);

}  // namespace yardstick
