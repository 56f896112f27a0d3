#pragma once

#include "tasks/io/draws.h"

#include <yardstick/preprocessing.h>

namespace yardstick {

struct CropBox {
  int x = 0, y = 0, width = 0, height = 0;

  bool operator==(const CropBox&) const = default;
};

// The box of a random resized crop, by augmentation.crop_rule and with the draws in the order of
// timm's RandomResizedCropAndInterpolation.get_params and torchvision's RandomResizedCrop: area and
// log-ratio of each try, then top and left of the box that fits. The ratio is width / height.
CropBox random_crop_box(int width_px, int height_px, const Augmentation& augmentation,
                        Draws& draws);

}  // namespace yardstick
