#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <yardstick/export.h>

namespace yardstick {

enum class Interpolation { kBilinear, kBicubic };

// How an image becomes a model's input at evaluation. It belongs to a set of weights (timm's
// pretrained_cfg): resize the shorter side to floor(crop_px / crop_pct) with Pillow's antialiased
// resampling, cut the centre, divide by 255, subtract `mean`, divide by `std` (RGB order).
struct Preprocessing {
  std::int64_t crop_px = 224;
  double crop_pct = 0.875;
  Interpolation interpolation = Interpolation::kBicubic;
  std::array<double, 3> mean = {0.485, 0.456, 0.406};
  std::array<double, 3> std = {0.229, 0.224, 0.225};

  bool operator==(const Preprocessing&) const = default;
};

// Training-time image changes. All draws of a sample come from (seed, epoch, index), so they do not
// depend on the number of threads or on where a run was resumed.
struct Augmentation {
  bool random_resized_crop = false;
  double min_scale = 0.08;  // of the area; the largest is 1
  double max_scale = 1.0;
  double min_ratio = 3.0 / 4.0;
  double max_ratio = 4.0 / 3.0;
  double flip_probability = 0.0;
};

// JSON object text with the fields above, and back. Parsing throws Data, naming `where`, on an
// unknown or missing key or a value out of range.
YS_API std::string to_json(const Preprocessing& preprocessing);
YS_API Preprocessing preprocessing_from_json(const std::string& text, const std::string& where);

}  // namespace yardstick
