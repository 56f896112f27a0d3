#include "tasks/io/augment/augment_op.h"

#include "tasks/io/augment/gaussian_blur.h"
#include "tasks/io/augment/image_ops.h"

#include <yardstick/check.h>

#include <algorithm>

namespace yardstick {
namespace {

constexpr double kLevels = 10;

double either_way(double value, bool is_negative) { return is_negative ? -value : value; }

// Counts are cut, not rounded.
int steps(double magnitude, double most) { return static_cast<int>(magnitude / kLevels * most); }

double degrees(double magnitude, bool is_negative, int) {
  return either_way(magnitude / kLevels * 30.0, is_negative);
}
double shear(double magnitude, bool is_negative, int) {
  return either_way(magnitude / kLevels * 0.3, is_negative);
}
double shift_share(double magnitude, bool is_negative, int) {
  return either_way(magnitude / kLevels * 0.45, is_negative);
}
double shift_px(double magnitude, bool is_negative, int side_px) {
  return either_way(magnitude / kLevels * static_cast<int>(side_px * 0.45), is_negative);
}
double factor(double magnitude, bool, int) { return magnitude / kLevels * 1.8 + 0.1; }
double factor_from_1(double magnitude, bool is_negative, int) {
  return std::max(0.1, 1.0 + either_way(magnitude / kLevels * 0.9, is_negative));
}
double bits(double magnitude, bool, int) { return steps(magnitude, 4); }
double fewer_bits(double magnitude, bool, int) { return 4 - steps(magnitude, 4); }
double bits_from_4(double magnitude, bool, int) { return 4 + steps(magnitude, 4); }
int threshold_of(double magnitude) { return std::min(256, steps(magnitude, 256)); }
double threshold(double magnitude, bool, int) { return threshold_of(magnitude); }
double lower_threshold(double magnitude, bool, int) { return 256 - threshold_of(magnitude); }
double added(double magnitude, bool, int) { return std::min(128, steps(magnitude, 110)); }
double gray_share(double magnitude, bool, int) {
  return std::clamp(0.5 + (1.0 - 0.5) * (magnitude / kLevels), 0.5, 1.0);
}
double blur_radius(double magnitude, bool, int) {
  return std::clamp(0.1 + (2.0 - 0.1) * (magnitude / kLevels), 0.1, 2.0);
}

void apply_posterize(Image& image, double kept, const Resampling&) {
  posterize(image, std::clamp(static_cast<int>(kept), 0, 8));
}
void apply_solarize(Image& image, double from, const Resampling&) {
  solarize(image, static_cast<int>(from));
}
void apply_color(Image& image, double by, const Resampling&) { enhance_color(image, by); }
void apply_contrast(Image& image, double by, const Resampling&) { enhance_contrast(image, by); }
void apply_brightness(Image& image, double by, const Resampling&) { enhance_brightness(image, by); }
void apply_sharpness(Image& image, double by, const Resampling&) { enhance_sharpness(image, by); }

constexpr AugmentOp kOps[] = {
    {.name = "AutoContrast",
     .apply = [](Image& image, double, const Resampling&) { auto_contrast(image); }},
    {.name = "Equalize", .apply = [](Image& image, double, const Resampling&) { equalize(image); }},
    {.name = "Invert", .apply = [](Image& image, double, const Resampling&) { invert(image); }},
    {.name = "Rotate",
     .has_sign = true,
     .is_resampling = true,
     .argument = degrees,
     .apply = [](Image& image, double by,
                 const Resampling& how) { image = rotate(image, by, how); }},
    {.name = "Posterize", .argument = bits, .apply = apply_posterize},
    {.name = "PosterizeIncreasing", .argument = fewer_bits, .apply = apply_posterize},
    {.name = "PosterizeOriginal", .argument = bits_from_4, .apply = apply_posterize},
    {.name = "Solarize", .argument = threshold, .apply = apply_solarize},
    {.name = "SolarizeIncreasing", .argument = lower_threshold, .apply = apply_solarize},
    {.name = "SolarizeAdd",
     .argument = added,
     .apply = [](Image& image, double by,
                 const Resampling&) { solarize_add(image, static_cast<int>(by)); }},
    {.name = "Color", .argument = factor, .apply = apply_color},
    {.name = "ColorIncreasing", .has_sign = true, .argument = factor_from_1, .apply = apply_color},
    {.name = "Contrast", .argument = factor, .apply = apply_contrast},
    {.name = "ContrastIncreasing",
     .has_sign = true,
     .argument = factor_from_1,
     .apply = apply_contrast},
    {.name = "Brightness", .argument = factor, .apply = apply_brightness},
    {.name = "BrightnessIncreasing",
     .has_sign = true,
     .argument = factor_from_1,
     .apply = apply_brightness},
    {.name = "Sharpness", .argument = factor, .apply = apply_sharpness},
    {.name = "SharpnessIncreasing",
     .has_sign = true,
     .argument = factor_from_1,
     .apply = apply_sharpness},
    {.name = "ShearX",
     .has_sign = true,
     .is_resampling = true,
     .argument = shear,
     .apply = [](Image& image, double by,
                 const Resampling& how) { image = shear_x(image, by, how); }},
    {.name = "ShearY",
     .has_sign = true,
     .is_resampling = true,
     .argument = shear,
     .apply = [](Image& image, double by,
                 const Resampling& how) { image = shear_y(image, by, how); }},
    {.name = "TranslateX",
     .has_sign = true,
     .is_resampling = true,
     .argument = shift_px,
     .apply = [](Image& image, double by,
                 const Resampling& how) { image = translate(image, by, 0, how); }},
    {.name = "TranslateY",
     .has_sign = true,
     .is_resampling = true,
     .argument = shift_px,
     .apply = [](Image& image, double by,
                 const Resampling& how) { image = translate(image, 0, by, how); }},
    {.name = "TranslateXRel",
     .has_sign = true,
     .is_resampling = true,
     .argument = shift_share,
     .apply = [](Image& image, double by,
                 const Resampling& how) { image = translate(image, by * image.width_px, 0, how); }},
    {.name = "TranslateYRel",
     .has_sign = true,
     .is_resampling = true,
     .argument = shift_share,
     .apply =
         [](Image& image, double by, const Resampling& how) {
           image = translate(image, 0, by * image.height_px, how);
         }},
    {.name = "Desaturate",
     .argument = gray_share,
     .apply = [](Image& image, double by,
                 const Resampling&) { enhance_color(image, std::clamp(1.0 - by, 0.0, 1.0)); }},
    {.name = "GaussianBlur",
     .argument = blur_radius,
     .apply = [](Image& image, double by, const Resampling&) { image = gaussian_blur(image, by); }},
};

}  // namespace

std::span<const AugmentOp> augment_ops() { return kOps; }

const AugmentOp& augment_op(std::string_view name) {
  const auto* found = std::find_if(std::begin(kOps), std::end(kOps),
                                   [&](const AugmentOp& op) { return op.name == name; });
  YS_CHECK(found != std::end(kOps), name);
  return *found;
}

}  // namespace yardstick
