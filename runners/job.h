#pragma once

#include "runners/device.h"

#include <yardstick/model.h>
#include <yardstick/params.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace yardstick {

// What is run: a built model with its weights loaded and methods applied, and what the record must
// say of it.
struct Subject {
  Model& model;
  Params model_params;
  std::string weights_tag;      // "" where none
  std::string checkpoint_path;  // "" for random weights
  std::string checkpoint_sha256;
  std::string methods = "[]";  // JSON array
  Preprocessing preprocessing;
};

// Where and how it is run.
struct JobContext {
  DeviceBackend& device;
  ProgressListener& progress;
  StopRequested stop;
  std::string requested = "{}";  // JSON, goes into the record
  std::string effective = "{}";
  Provenance provenance;  // what the caller knows (command line, configs)
  // Given the record without results once the run has begun; may be empty.
  std::function<void(const RunRecord& record)> on_begin = {};
};

// Random, version 4: of records, and of what groups them.
std::string make_uuid();

// A record with identity, time and the flags of the build: of a run of which no more is known.
RunRecord blank_record(RunKind kind);

// A record with identity, time, provenance and flags filled in: what every runner starts from.
RunRecord begin_record(RunKind kind, const Subject& subject, const JobContext& context);

}  // namespace yardstick
