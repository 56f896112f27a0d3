#pragma once

#include "cli/methods.h"
#include "cli/weights_file.h"

#include <yardstick/model.h>
#include <yardstick/params.h>
#include <yardstick/weights.h>

#include <memory>
#include <vector>

namespace yardstick::cli {

struct LoadedModel {
  std::unique_ptr<Model> model;
  LoadReport report;  // where it is not complete, the model's parameters are unset
  double build_seconds = 0;
  double load_seconds = 0;
};

// Builds the model, applies `methods`, and loads the file's weights. Random weights are drawn only
// where some are kept. Throws as Model::load_weights does.
LoadedModel load_model(const ModelEntry& entry, const Params& params,
                       const std::vector<MethodChoice>& methods, const WeightsFile& file,
                       const LoadOptions& options);

}  // namespace yardstick::cli
