#pragma once

#include "results/sqlite_connection.h"

#include <string_view>

namespace yardstick::detail {

// `configurations` and `newest_values` are derived from runs, quantities and measurement_values:
// the store keeps them up to date as it adds runs. After anything else has changed those three,
// such as a removal of runs, rebuild_newest() works all of it out anew, in the transaction that
// makes the change. Takes a pass over all measurements.
void rebuild_newest(const Connection& connection);

// Whether both tables hold what the runs say, no more and no less. Takes the same pass, changes
// nothing, and works on a connection for reading.
bool newest_is_consistent(const Connection& connection);

// The columns of `configurations` that tell one from another, and the expressions over `runs` that
// give them, both in the order of the table's UNIQUE constraint.
inline constexpr std::string_view kConfigurationColumns =
    "aspect, model, config_params, config_methods, device, config_device, precision, weights, "
    "task, split, data, threads, profile, batch_size, eligible";
// Speed does not depend on the weights' values; quality does not on threads and batch.
inline constexpr std::string_view kConfigurationOfRun =
    "CASE kind WHEN 'bench' THEN 'speed' ELSE 'quality' END, model, config_params, "
    "config_methods, device, config_device, precision, "
    "CASE kind WHEN 'bench' THEN '' ELSE config_weights END, "
    "CASE kind WHEN 'bench' THEN '' ELSE task END, "
    "CASE kind WHEN 'bench' THEN '' ELSE split END, "
    "CASE kind WHEN 'bench' THEN '' ELSE config_data END, "
    "CASE kind WHEN 'bench' THEN config_threads ELSE 0 END, config_profile, "
    "CASE kind WHEN 'bench' THEN batch_size ELSE 0 END, eligible";

}  // namespace yardstick::detail
