#pragma once

#include "runners/optim/slot_optimizer.h"

#include <vector>

namespace yardstick {

class Adan : public SlotOptimizer {
 public:
  Adan(std::vector<ParamGroup> groups, const AdanOptions& options);

 private:
  void update_group(Active& active) override;

  AdanOptions options_;
};

}  // namespace yardstick
