#pragma once

#include "cli/context.h"

#include <yardstick/registry.h>
#include <yardstick/weights_catalog.h>

#include <string>

namespace yardstick::cli {

// "architecture.tag" parted at the first dot.
struct ModelName {
  std::string model;
  std::string tag;  // "" where none
};
ModelName split_model_name(const std::string& text);

// A registered model and, where the name has a tag, what is known of those weights. Both live as
// long as the context.
struct ModelChoice {
  const ModelEntry* entry = nullptr;
  const WeightsEntry* weights = nullptr;
};

// Throws User on an unknown model or tag, with the nearest.
ModelChoice choose_model(const std::string& name, Context& context);

}  // namespace yardstick::cli
