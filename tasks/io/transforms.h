#pragma once

#include "tasks/io/draws.h"
#include "tasks/io/image.h"
#include "tasks/io/image_decoder.h"
#include "tasks/io/resize.h"

#include <yardstick/preprocessing.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace yardstick {

// Which pixels of an image become the input: a box of it is resized, and a square of the result is
// cut out.
struct CropPlan {
  int box_x = 0, box_y = 0, box_width = 0, box_height = 0;  // in the image
  int resized_width = 0, resized_height = 0;                // what the box is resized to
  int crop_x = 0, crop_y = 0, crop_px = 0;                  // within that
  bool is_flipped = false;                                  // left and right
  Interpolation interpolation = Interpolation::kBicubic;

  bool operator==(const CropPlan&) const = default;
};

// torchvision's Resize(floor(crop_px / crop_pct)) and CenterCrop(crop_px): the longer side rounds
// down, the crop's offset rounds half to even.
CropPlan evaluation_plan(int width_px, int height_px, const Preprocessing& preprocessing);

// What training resamples with; nothing where each use draws it.
std::optional<Interpolation> fixed_interpolation(const Preprocessing& preprocessing,
                                                 const Augmentation& augmentation);

// A random resized crop where asked for, with its interpolation drawn where that is random, else
// evaluation_plan(), then a random flip.
CropPlan training_plan(int width_px, int height_px, const Preprocessing& preprocessing,
                       const Augmentation& augmentation, Draws& draws);

// Turns encoded images into model inputs. One thread uses one object, which keeps its buffers.
class Preprocessor {
 public:
  // Throws User where crop_px or crop_pct is out of range.
  explicit Preprocessor(const Preprocessing& preprocessing,
                        const ResizeKernels& kernels = best_resize_kernels());

  // Decodes `decoder` to its end and writes float [3, crop_px, crop_px] at `chw`:
  // (value / 255 - mean) / std, each step in float32, of pixels equal to Pillow's. Rows and columns
  // that no output pixel needs are decoded only as far as finding errors takes. Throws Data, and
  // leaves `chw` in an unspecified state, where the image is broken.
  void run(ImageDecoder& decoder, const CropPlan& plan, float* chw);

  // The same in two steps, for changes of the pixels in between: `cropped` becomes the crop, and
  // `chw` what run() makes of it.
  void crop(ImageDecoder& decoder, const CropPlan& plan, Image& cropped);
  void normalize(const Image& cropped, float* chw) const;

 private:
  template <typename TakeRow>  // (std::size_t y, const std::uint8_t* planes, std::ptrdiff_t stride)
  void crop_rows(ImageDecoder& decoder, const CropPlan& plan, TakeRow take_row);

  const ResizeKernels& kernels_;
  std::array<std::array<float, 256>, 3> normalized_;  // by channel and value
  std::vector<std::uint8_t> row_;
};

}  // namespace yardstick
