#pragma once

#include "runners/device.h"

#include <yardstick/params.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

namespace yardstick {

// Declares the settings that train and eval share: workers, on_bad_input, limit, class_index.
void declare_data_settings(ParamSchema& schema);

// The part of a request that those settings decide; split, preprocessing and order are the
// caller's.
DataRequest data_request(const Params& settings, const DeviceBackend& device);

// Records skipped inputs: the flag "bad_inputs_skipped=N", the measurement data/skipped, and the
// first names in the effective settings. Without any, only the measurement.
void record_skipped(RunRecord& record, const std::vector<BadInput>& skipped);

}  // namespace yardstick
