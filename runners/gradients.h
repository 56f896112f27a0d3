#pragma once

#include "runners/param_groups.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace yardstick {

// The defined gradients of all groups.
std::vector<at::Tensor> gradients_of(const std::vector<ParamGroup>& groups);

// Scales `gradients` in place by min(1, max_norm / (norm + 1e-6)), where norm is the `norm_type`
// norm (2: Euclidean; infinity: largest magnitude) of all of them together, as torch's
// clip_grad_norm_ does. Returns that norm (a scalar tensor on their device, not read by the host);
// undefined where there are none.
at::Tensor clip_gradient_norm(const std::vector<at::Tensor>& gradients, double max_norm,
                              double norm_type = 2.0);

// Clamps each component to [-limit, limit] in place, as torch's clip_grad_value_.
void clip_gradient_value(const std::vector<at::Tensor>& gradients, double limit);

// Adaptive gradient clipping (arXiv 2102.06171, equation 3; timm's adaptive_clip_grad): the
// gradient of each output row (of the whole of a 1-D parameter) is scaled down to `factor` times
// the norm of its parameters, which counts as at least `eps`.
void clip_gradient_adaptively(const std::vector<ParamGroup>& groups, double factor,
                              double eps = 1e-3);

}  // namespace yardstick
