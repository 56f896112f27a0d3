#include "tasks/io/augment/training_transform.h"

#include "tasks/io/augment/random_erasing.h"

#include <yardstick/error.h>

#include <cstdint>

namespace yardstick {
namespace {

void check_share(double share, const char* what) {
  if (!(share >= 0 && share <= 1)) throw_user(concat(what, " of ", share), "it is 0 to 1");
}

void check(const Augmentation& augmentation) {
  if (!(augmentation.min_scale > 0 && augmentation.min_scale <= augmentation.max_scale &&
        augmentation.max_scale <= 1)) {
    throw_user(concat("random crops of ", augmentation.min_scale, " to ", augmentation.max_scale,
                      " of the area"),
               "both are above 0 and at most 1, the smaller one first");
  }
  if (!(augmentation.min_ratio > 0 && augmentation.min_ratio <= augmentation.max_ratio &&
        augmentation.max_ratio < 1e6)) {
    throw_user(
        concat("random crops of ratio ", augmentation.min_ratio, " to ", augmentation.max_ratio),
        "both are above 0, the smaller one first");
  }
  check_share(augmentation.flip_probability, "a flip probability");
  check_share(augmentation.erase_probability, "an erasing probability");
  constexpr std::int64_t kMostBlocks = 1000;
  if (augmentation.erase_max_count < 1 || augmentation.erase_max_count > kMostBlocks) {
    throw_user(concat("up to ", augmentation.erase_max_count, " erased blocks"),
               concat("it can be 1 to ", kMostBlocks));
  }
}

}  // namespace

TrainingTransform::TrainingTransform(const Preprocessing& preprocessing,
                                     const Augmentation& augmentation)
    : preprocessing_(preprocessing), augmentation_(augmentation), preprocessor_(preprocessing) {
  check(augmentation);
  if (!augmentation.rand_augment.empty()) {
    rand_augment_.emplace(
        rand_augment_policy_from_string(augmentation.rand_augment), fill_color(preprocessing.mean),
        fixed_interpolation(preprocessing, augmentation), static_cast<int>(preprocessing.crop_px));
  }
}

void TrainingTransform::run(ImageDecoder& decoder, Draws& draws, float* chw) {
  const CropPlan plan =
      training_plan(decoder.width_px(), decoder.height_px(), preprocessing_, augmentation_, draws);
  if (rand_augment_) {
    preprocessor_.crop(decoder, plan, cropped_);
    rand_augment_->apply(cropped_, draws);
    preprocessor_.normalize(cropped_, chw);
  } else {
    preprocessor_.run(decoder, plan, chw);
  }
  if (augmentation_.erase_probability > 0) {
    const int side = plan.crop_px;
    erase_at_random({.probability = augmentation_.erase_probability,
                     .max_count = augmentation_.erase_max_count,
                     .mode = augmentation_.erase_mode},
                    draws, 3, side, side, chw);
  }
}

}  // namespace yardstick
