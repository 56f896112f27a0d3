#pragma once

#include "runners/device.h"

#include <yardstick/model.h>
#include <yardstick/params.h>
#include <yardstick/run.h>
#include <yardstick/task.h>

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
};

// A record with identity, time, provenance and flags filled in: what every runner starts from.
RunRecord begin_record(RunKind kind, const Subject& subject, const JobContext& context);

}  // namespace yardstick
