#pragma once

#include "runners/param_groups.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace yardstick {

// The defined gradients of all groups.
std::vector<at::Tensor> gradients_of(const std::vector<ParamGroup>& groups);

// Scales `gradients` in place by min(1, max_norm / (norm + 1e-6)), where norm is the Euclidean norm
// of all of them together, as torch's clip_grad_norm_ does. Returns that norm (a scalar tensor on
// their device, not read by the host); undefined where there are none.
at::Tensor clip_gradient_norm(const std::vector<at::Tensor>& gradients, double max_norm);

}  // namespace yardstick
