#pragma once

#include "runners/job.h"

#include <yardstick/metric.h>
#include <yardstick/model.h>
#include <yardstick/run.h>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::test {

// Keeps what a runner reports.
class RecordingListener final : public ProgressListener {
 public:
  void update(const Progress& progress) override { updates.push_back(progress); }
  void milestone(const std::string& line) override { milestones.push_back(line); }

  std::vector<Progress> updates;
  std::vector<std::string> milestones;
};

// A context on the CPU with everything that a runner takes.
struct RunBench {
  std::unique_ptr<DeviceBackend> device = open_device("cpu");
  RecordingListener listener;

  JobContext context(StopRequested stop = {}) {
    return {*device, listener, std::move(stop), "{}", "{}", {}};
  }
};

std::vector<std::unique_ptr<Metric>> classification_metrics();

// The measurement with this tag, or nothing.
std::optional<Measurement> find_measurement(const RunRecord& record, const std::string& tag);
// Its value; NaN where there is none.
double value_of(const RunRecord& record, const std::string& tag);

// What `model` is run as.
Subject subject_of(Model& model, const ModelEntry& entry);

}  // namespace yardstick::test
