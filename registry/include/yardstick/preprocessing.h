#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

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

// How the box of a random resized crop is found.
enum class CropRule {
  kTimm,         // RandomResizedCropAndInterpolation: ten tries in double, then the centre
  kTorchvision,  // RandomResizedCrop: the same with area and ratio drawn in float32
  kOneTry,       // one try in float32, cut down to the image: the crop of MAE's linear probe
};

// What a random resized crop, and RandAugment's rotations, shears and shifts, resample with.
enum class TrainInterpolation {
  kAsEvaluation,  // Preprocessing::interpolation
  kBilinear,
  kBicubic,
  kRandom,  // one of the two, drawn anew each time
};

// What random erasing puts in place of pixels, after normalisation.
enum class EraseMode {
  kConst,  // 0
  kRand,   // one normal number a block and channel
  kPixel,  // one normal number a pixel and channel
};

// Training-time image changes, in the order of docs/data.md. All draws of a sample come from (seed,
// epoch, index, repeat), so they do not depend on the number of threads or on where a run was
// resumed.
struct Augmentation {
  bool random_resized_crop = false;
  double min_scale = 0.08;  // of the area; the largest is 1
  double max_scale = 1.0;
  double min_ratio = 3.0 / 4.0;
  double max_ratio = 4.0 / 3.0;
  double flip_probability = 0.0;
  CropRule crop_rule = CropRule::kTimm;
  TrainInterpolation interpolation = TrainInterpolation::kAsEvaluation;
  std::string rand_augment = {};   // timm's text, "rand-m9-mstd0.5-inc1"; "": off
  double erase_probability = 0.0;  // of a sample
  EraseMode erase_mode = EraseMode::kPixel;
  std::int64_t erase_max_count = 1;  // blocks of a sample; 1 to this many, drawn
  // Each sample comes this many times in a row, each time changed differently, while an epoch keeps
  // about its length (repeated augmentation, arXiv:1901.09335).
  std::int64_t repeats = 1;
};

// By the names in runs and recipes: "timm", "torchvision", "one_try"; "as_eval", "bilinear",
// "bicubic", "random"; timm's "const", "rand", "pixel". Each throws User on any other.
YS_API CropRule crop_rule_from_string(std::string_view text);
YS_API TrainInterpolation train_interpolation_from_string(std::string_view text);
YS_API EraseMode erase_mode_from_string(std::string_view text);

// JSON object text with the fields above, and back. Parsing throws Data, naming `where`, on an
// unknown or missing key or a value out of range.
YS_API std::string to_json(const Preprocessing& preprocessing);
YS_API Preprocessing preprocessing_from_json(const std::string& text, const std::string& where);

}  // namespace yardstick
