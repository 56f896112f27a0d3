#pragma once

#include "runners/optim/slot_optimizer.h"

#include <string>
#include <vector>

namespace yardstick {

// Steps along a momentum buffer of gradients that were adapted before: SGD and both LARS.
class MomentumOptimizer : public SlotOptimizer {
 protected:
  MomentumOptimizer(std::vector<ParamGroup> groups, const SgdOptions& options,
                    const std::string& slot);

 private:
  void update_group(Active& active) final;
  // What enters the buffer; never written to where it is a gradient itself.
  virtual std::vector<at::Tensor> adapted(const Active& active) const = 0;

  SgdOptions options_;
};

class Sgd : public MomentumOptimizer {
 public:
  Sgd(std::vector<ParamGroup> groups, const SgdOptions& options);

 private:
  std::vector<at::Tensor> adapted(const Active& active) const override;
};

class Lars : public MomentumOptimizer {
 public:
  Lars(std::vector<ParamGroup> groups, const LarsOptions& options);

 private:
  std::vector<at::Tensor> adapted(const Active& active) const override;

  LarsOptions options_;
};

class TimmLars : public MomentumOptimizer {
 public:
  TimmLars(std::vector<ParamGroup> groups, const TimmLarsOptions& options);

 private:
  std::vector<at::Tensor> adapted(const Active& active) const override;

  TimmLarsOptions options_;
};

}  // namespace yardstick
