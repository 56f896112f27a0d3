#pragma once

#include "tasks/io/augment/rand_augment.h"
#include "tasks/io/draws.h"
#include "tasks/io/image.h"
#include "tasks/io/image_decoder.h"
#include "tasks/io/transforms.h"

#include <yardstick/preprocessing.h>

#include <optional>

namespace yardstick {

// Turns encoded images into training inputs: crop and resize, flip, RandAugment on bytes,
// normalise, random erasing; the draws come in this order. One thread uses one object, which keeps
// its buffers.
class TrainingTransform {
 public:
  // Throws User where a number is out of range or the policy cannot be read.
  TrainingTransform(const Preprocessing& preprocessing, const Augmentation& augmentation);

  // As Preprocessor::run.
  void run(ImageDecoder& decoder, Draws& draws, float* chw);

 private:
  Preprocessing preprocessing_;
  Augmentation augmentation_;
  Preprocessor preprocessor_;
  std::optional<RandAugment> rand_augment_;
  Image cropped_;
};

}  // namespace yardstick
