#pragma once

#include "runners/param_groups.h"

#include <yardstick/tensor_file.h>

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace yardstick {

// Updates parameters from their gradients. A parameter without a gradient is left alone, with its
// state. Every group's rate is the step's times the group's lr_scale.
class Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One update at rate `lr`. `found_inf` (float [1], or undefined): not 0 leaves parameters and
  // state as they are. AdamW decides that on the device, the others wait for the number.
  void step(double lr, const at::Tensor& found_inf = {}) { update(lr, found_inf); }

  const std::vector<ParamGroup>& groups() const noexcept { return groups_; }

  // By "<what>.<parameter>" ("exp_avg.head.weight"); shares storage with the optimiser.
  virtual TensorMap state() const = 0;
  // Copies what state() gave. Throws Data on a missing name or another shape.
  void load(const TensorMap& state);

 protected:
  explicit Optimizer(std::vector<ParamGroup> groups);

 private:
  virtual void update(double lr, const at::Tensor& found_inf) = 0;

  std::vector<ParamGroup> groups_;
};

// torch.optim.AdamW; see runners/adamw.h.
struct AdamwOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
};

// torch.optim.SGD: the decay is added to the gradient; the first momentum buffer is the raw
// gradient, later ones momentum * buffer + (1 - dampening) * gradient. Nesterov steps along
// gradient + momentum * buffer.
struct SgdOptions {
  double momentum = 0.9;
  double dampening = 0;
  bool nesterov = false;
};

// LARS (arXiv 1708.03888) as MAE's linear probe has it (arXiv 2111.06377, table 10): parameters of
// more than one dimension take their group's decay and the trust ratio
// coefficient * |p| / |gradient + decay * p| (1 where a norm is 0), others neither.
struct LarsOptions {
  double momentum = 0.9;
  double trust_coefficient = 0.001;
};

// LARS as timm.optim.Lars: groups without decay are not adapted (unless always_adapt), and the
// ratio is coefficient * |p| / (|gradient| + decay * |p| + eps), at most lr where trust_clip.
struct TimmLarsOptions {
  double momentum = 0.9;
  double dampening = 0;
  double trust_coefficient = 0.001;
  double eps = 1e-8;
  bool nesterov = false;
  bool trust_clip = false;
  bool always_adapt = false;
};

// LAMB (arXiv 1904.00962) as timm.optim.Lamb: gradients are first divided by their joint norm where
// that is above max_grad_norm; the decay enters before the trust ratio unless decoupled; groups
// without decay have ratio 1 unless always_adapt. Steps are counted by group.
struct LambOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-6;
  bool bias_correction = true;
  bool grad_averaging = true;
  std::optional<double> max_grad_norm = 1.0;
  bool trust_clip = false;
  bool always_adapt = false;
  bool decoupled_decay = false;
};

// Adan (arXiv 2208.06677) as timm.optim.Adan: the betas weigh the old values, the gradient
// difference is 0 at a parameter's first step, the decay divides by 1 + lr * decay unless no_prox.
// Steps are counted by group. `caution` drops update components that point against the gradient
// (arXiv 2411.16085).
struct AdanOptions {
  double beta1 = 0.98;
  double beta2 = 0.92;
  double beta3 = 0.99;
  double eps = 1e-8;
  bool no_prox = false;
  bool caution = false;
};

using OptimizerConfig =
    std::variant<AdamwOptions, SgdOptions, LarsOptions, TimmLarsOptions, LambOptions, AdanOptions>;

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          std::vector<ParamGroup> groups);

}  // namespace yardstick
