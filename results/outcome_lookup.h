#pragma once

#include "results/result_store.h"

#include <yardstick/run.h>

#include <optional>
#include <string>

namespace yardstick {

// The newest run that ended well, has per-sample outcomes, and is about the same model with the
// same weights as `like` (the weights of a file by its SHA-256, else by tag). Nothing for random
// weights, and where there is no such run.
std::optional<RunRecord> newest_outcomes(const ResultStore& store, const RunRecord& like);

}  // namespace yardstick
