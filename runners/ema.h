#pragma once

#include <yardstick/tensor_file.h>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace torch::nn {
class Module;
}

namespace yardstick {

enum class EmaVersion {
  kV2,  // timm ModelEmaV2: e = d e + (1 - d) m for every entry; integers are cut
  kV3,  // timm ModelEmaV3: floating entries are interpolated, integers copied
};

struct EmaOptions {
  EmaVersion version = EmaVersion::kV3;
  double decay = 0.9999;
  // kV3 only, from here on; all but exclude_buffers take part only where update() is told a step.
  double min_decay = 0;
  std::int64_t update_after_step = 0;  // plain copies up to and including this step + 1
  bool use_warmup = false;             // decay 1 - (1 + k / gamma) ** -power on the way to `decay`
  double warmup_gamma = 1;
  double warmup_power = 2.0 / 3.0;
  bool exclude_buffers = false;  // copies running statistics
};

// The exponential moving average of a model's parameters and buffers.
class ModelEma {
 public:
  // Starts as a copy of `module` as it is, on its device. The module must outlive this.
  ModelEma(torch::nn::Module& module, const EmaOptions& options);

  // Takes the module in as it is now. `step` is the number of finished optimiser steps, or nothing
  // for the plain decay without warm-up.
  void update(std::optional<std::int64_t> step = {});
  // Copies the module as it is now.
  void set();

  // The decay that update(step) uses.
  double decay_at(std::optional<std::int64_t> step) const;

  // Exchanges the module's values and the averages, in place: once to evaluate the average, once
  // more to go on training. No update() or state() between the two.
  void exchange();

  // The averages by the names of state_of(module); shares storage.
  TensorMap state() const;
  // Copies what state() gave. Throws Data on a missing name or another shape.
  void load(const TensorMap& state);

 private:
  struct Entry {
    std::vector<std::string> names;  // several where weights are tied
    at::Tensor average;
    at::Tensor source;  // the module's own tensor
    bool is_copied = false;
  };

  EmaOptions options_;
  std::vector<Entry> entries_;
};

}  // namespace yardstick
