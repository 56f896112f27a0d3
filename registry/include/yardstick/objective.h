#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>
#include <yardstick/model.h>
#include <yardstick/params.h>

namespace yardstick {

// The random numbers of one optimiser step by what they are for ("mask", "mixup"): a run's come
// from its seed and the step alone, a test may give its own.
class YS_API RandomDraws {
 public:
  virtual ~RandomDraws();
  // float32 of `shape` on `device`, uniform in [0, 1).
  virtual at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape,
                             c10::Device device) = 0;
  // The purpose's next number on the host, uniform in [0, 1), in double precision.
  virtual double uniform(std::string_view purpose) = 0;
};

// What training minimises.
class YS_API Objective {
 public:
  virtual ~Objective();
  // Why this objective cannot train `model`, or nothing.
  virtual std::optional<std::string> refusal(Model& model) const = 0;
  // The mean loss of a batch: a scalar that carries gradients, called in training mode under the
  // run's autocast. Requires: refusal(model) is empty.
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
