#pragma once

#include "models/layers/init_scale.h"

#include <ATen/core/Tensor.h>

namespace yardstick::layers {

class Convolution;

// All draw from the default CPU generator, in place, without recording gradients.

// Normal with standard deviation `std`, truncated at -2 and 2 (timm's trunc_normal_ with its
// default bounds).
void trunc_normal(const at::Tensor& parameter, double std);
void normal(const at::Tensor& parameter, double std);
// A linear layer's weight [out, in]: trunc_normal with 0.02, or normal with 1 / sqrt(in).
void linear_weight(const at::Tensor& weight, InitScale scale);
// A position embedding: trunc_normal with 0.02, or normal with 0.5.
void positions(const at::Tensor& embedding, InitScale scale);
void constant(const at::Tensor& parameter, double value);
void scale(const at::Tensor& parameter, double factor);

// Uniform within 1 / sqrt(fan_in) of 0, weight and bias: what torch.nn.ConvNd starts from.
void uniform_by_fan_in(const Convolution& convolution);

}  // namespace yardstick::layers
