#pragma once

#include <ATen/core/Tensor.h>

namespace yardstick {

// Mean cross entropy of `logits` [N, classes] against `targets` int64 [N], computed in fp32. With
// smoothing s the target is 1 - s + s / classes for the right class and s / classes for the others
// (Szegedy et al. 2016, section 7). Targets below 0 are not counted.
at::Tensor classification_loss(const at::Tensor& logits, const at::Tensor& targets,
                               double label_smoothing);

}  // namespace yardstick
