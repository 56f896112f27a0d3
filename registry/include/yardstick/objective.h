#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>
#include <yardstick/model.h>
#include <yardstick/params.h>
#include <yardstick/random_draws.h>

namespace yardstick {

// What training minimises.
class YS_API Objective {
 public:
  virtual ~Objective();
  // Why this objective cannot train `model`, or nothing.
  virtual std::optional<std::string> refusal(Model& model) const = 0;
  // The mean loss of a batch: a scalar that carries gradients, called in training mode under the
  // run's autocast and a DrawsScope of `draws`. Requires: refusal(model) is empty.
  virtual at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) = 0;
};

struct ObjectiveEntry {
  std::string name;  // "supervised", "masked_autoencoding"
  std::string summary;
  Paper paper;
  ParamSchema schema;
  bool needs_targets = true;      // classes of the task's samples
  bool trains_classifier = true;  // the task's metrics apply to what was trained
  std::function<std::unique_ptr<Objective>(const Params& params)> build;
  std::string origin;
};

}  // namespace yardstick
