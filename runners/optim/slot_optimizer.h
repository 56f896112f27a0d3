#pragma once

#include "runners/optim/optimizer.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// An optimiser that keeps the same named tensors ("slots", zero at first) for every parameter, of
// its shape and on its device. State: "<slot>.<parameter>", "step.<parameter>" (its updates) and
// "step" (those of the optimiser); the counts are int64 scalars on the host.
class SlotOptimizer : public Optimizer {
 public:
  TensorMap state() const override;

 protected:
  SlotOptimizer(std::vector<ParamGroup> groups, std::vector<std::string> slots);

  // The parameters of a group that have a gradient.
  struct Active {
    double lr = 0;
    double weight_decay = 0;
    std::vector<at::Tensor> parameters;
    std::vector<at::Tensor> gradients;
    std::vector<std::vector<at::Tensor>> slots;  // [slot][parameter]
    std::vector<bool> is_first;                  // no update of the parameter before
  };

  // Updates of the optimiser, the one under way included.
  std::int64_t steps() const;

 private:
  struct Kept {
    std::vector<at::Tensor> slots;
    at::Tensor step;
  };

  void update(double lr, const at::Tensor& found_inf) final;
  // Before the groups of a step.
  virtual void begin_step() {}
  virtual void update_group(Active& active) = 0;
  Active active_of(std::size_t group, double lr);

  std::vector<std::string> names_;
  std::vector<std::vector<Kept>> kept_;  // parallel to groups()
  at::Tensor step_;
};

// The Euclidean norms of `tensors` as one tensor [n].
at::Tensor norms_of(const std::vector<at::Tensor>& tensors);

}  // namespace yardstick
