#include "runners/data_settings.h"

#include "runners/record_notes.h"

#include <yardstick/error.h>

#include <algorithm>
#include <thread>

namespace yardstick {
namespace {

constexpr std::size_t kNamesKept = 20;
constexpr std::int64_t kMostDefaultWorkers = 8;

}  // namespace

void declare_data_settings(ParamSchema& schema) {
  schema.integer("workers", 0, "threads that decode images; 0: one a core, at most 8", 0, 1024)
      .text("on_bad_input", "fail", "what a broken image does: end the run, or be counted",
            {"fail", "skip"})
      .integer("limit", 0, "first samples only, kept off leaderboards; 0: all", 0)
      .text("class_index", "", "JSON file with the order of the classes; empty: sorted names");
}

DataRequest data_request(const Params& settings, const DeviceBackend& device) {
  DataRequest request;
  request.workers = settings.get<std::int64_t>("workers");
  if (request.workers == 0) {
    request.workers =
        std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, kMostDefaultWorkers);
  }
  request.on_bad_input = settings.get<std::string>("on_bad_input") == "skip"
                             ? BadInputPolicy::kSkip
                             : BadInputPolicy::kFail;
  request.limit = settings.get<std::int64_t>("limit");
  request.class_index = settings.get<std::string>("class_index");
  request.pin_memory = device.device().is_cuda();
  return request;
}

void record_skipped(RunRecord& record, const std::vector<BadInput>& skipped) {
  const auto count = static_cast<std::int64_t>(skipped.size());
  record.measurements.push_back({.tag = "data/skipped",
                                 .value = static_cast<double>(count),
                                 .low = {},
                                 .high = {},
                                 .unit = Unit::kCount,
                                 .direction = Direction::kLowerIsBetter,
                                 .n = count,
                                 .about = "inputs that could not be read and were left out"});
  if (skipped.empty()) return;
  record.flags.push_back(concat("bad_inputs_skipped=", count));
  std::vector<std::string> names;
  for (const BadInput& input : skipped) {
    if (names.size() == kNamesKept) break;
    names.push_back(concat(input.name, ": ", input.reason));
  }
  note(record, "skipped_inputs", names);
}

}  // namespace yardstick
