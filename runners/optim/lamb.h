#pragma once

#include "runners/optim/slot_optimizer.h"

#include <vector>

namespace yardstick {

class Lamb : public SlotOptimizer {
 public:
  Lamb(std::vector<ParamGroup> groups, const LambOptions& options);

 private:
  void begin_step() override;
  void update_group(Active& active) override;
  // The step along `updates`, scaled by each parameter's trust ratio.
  void adapt(std::vector<at::Tensor>& updates, const Active& active) const;

  LambOptions options_;
  at::Tensor excess_;  // joint gradient norm over max_grad_norm, at least 1; or undefined
};

}  // namespace yardstick
