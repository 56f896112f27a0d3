#pragma once

#include "tasks/io/image.h"

namespace yardstick {

// Pillow's ImageOps and ImageEnhance on RGB bytes, level for level. All work in place.

// Stretches each channel to 0 to 255; a channel of one value stays.
void auto_contrast(Image& image);
// Flattens each channel's histogram; a channel of one value stays, as does any of which fewer than
// 255 pixels lie below its highest value.
void equalize(Image& image);
void invert(Image& image);
// Keeps the upper `bits` of each value, 0 to 8. Pillow 13 refuses 0 bits, which RandAugment asks
// for (PosterizeIncreasing at magnitude 10); here its formula of earlier versions holds: black.
void posterize(Image& image, int bits);
// Inverts values of at least `threshold`.
void solarize(Image& image, int threshold);
// Adds to values below 128, up to 255.
void solarize_add(Image& image, int added);

// ImageEnhance: 1 changes nothing, 0 gives the gray, evenly gray, black, or smoothed image, more
// than 1 goes beyond the original.
void enhance_color(Image& image, double factor);
void enhance_contrast(Image& image, double factor);
void enhance_brightness(Image& image, double factor);
void enhance_sharpness(Image& image, double factor);

}  // namespace yardstick
