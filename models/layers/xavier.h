#pragma once

#include <ATen/core/Tensor.h>

namespace yardstick::layers {

// Uniform within sqrt(6 / (inputs + outputs)) of 0, of a weight seen as [outputs, inputs]:
// dimensions from the second on are inputs, as MAE starts its patch projection. Draws from the
// default generator, in place, without recording gradients.
void xavier_uniform(const at::Tensor& weight);

}  // namespace yardstick::layers
