#pragma once

#include <yardstick/preprocessing.h>

#include <cstdint>

namespace yardstick {

// Of our own small variants: MNIST's mean and deviation, and no crop, since digits fill their
// image.
Preprocessing digits_preprocessing(std::int64_t image_px);
// Of models of Kinetics clips: PySlowFast's mean and deviation, and bilinear resizing.
Preprocessing kinetics_preprocessing(std::int64_t image_px);

}  // namespace yardstick
