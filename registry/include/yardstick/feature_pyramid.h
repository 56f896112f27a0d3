#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>
#include <yardstick/model.h>

namespace yardstick {

// The capability of backbones with features at several scales, as detectors and segmenters use
// them.
class YS_API FeaturePyramid {
 public:
  virtual ~FeaturePyramid();
  // `input` is [N, C, H, W] or [N, C, T, H, W]. Returns each level in space, [N, width, h, w] or
  // [N, width, t, h, w], finest first; they may be strided. `tap` may be null.
  virtual std::vector<at::Tensor> forward_pyramid(const at::Tensor& input, ActivationTap* tap) = 0;
};

}  // namespace yardstick
