#include "tasks/io/augment/training_transform.h"

#include "tasks/io/augment/random_erasing.h"
#include "tasks/io/sample_random.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::Bytes;
using test::ThrowsError;
using testing::HasSubstr;

constexpr int kSidePx = 32;
constexpr std::uint64_t kSamples = 20;

class TrainingTransformTest : public testing::Test {
 protected:
  std::vector<float> transform(const Augmentation& augmentation, std::uint64_t index) const {
    std::vector<float> out(3 * kSidePx * kSidePx);
    SampleRandom random(1, 2, index);
    TrainingTransform(preprocessing_, augmentation).run(*open_image(jpeg_), random, out.data());
    return out;
  }

  const Bytes jpeg_ = test::encode_jpeg(test::noisy_image(90, 70, 4));
  const Preprocessing preprocessing_ = {.crop_px = kSidePx};
  const Augmentation crops_ = {.random_resized_crop = true, .flip_probability = 0.5};
};

TEST_F(TrainingTransformTest, WithoutMoreIsTheCropOfThePlan) {
  for (std::uint64_t index = 0; index < kSamples; ++index) {
    SampleRandom random(1, 2, index);
    const CropPlan plan = training_plan(90, 70, preprocessing_, crops_, random);
    std::vector<float> wanted(3 * kSidePx * kSidePx);
    Preprocessor(preprocessing_).run(*open_image(jpeg_), plan, wanted.data());

    EXPECT_EQ(transform(crops_, index), wanted);
  }
}

TEST_F(TrainingTransformTest, APolicyThatChangesNothingLeavesTheSamePixels) {
  Augmentation augmentation = crops_;
  augmentation.rand_augment = "rand-p0";
  for (std::uint64_t index = 0; index < kSamples; ++index) {
    EXPECT_EQ(transform(augmentation, index), transform(crops_, index));
  }
}

TEST_F(TrainingTransformTest, CropsThenAugmentsThenNormalisesThenErases) {
  Augmentation augmentation = crops_;
  augmentation.rand_augment = "rand-m9-mstd0.5-inc1-p1";
  augmentation.interpolation = TrainInterpolation::kBilinear;
  augmentation.erase_probability = 1;
  augmentation.erase_mode = EraseMode::kPixel;
  for (std::uint64_t index = 0; index < kSamples; ++index) {
    SampleRandom random(1, 2, index);
    const CropPlan plan = training_plan(90, 70, preprocessing_, augmentation, random);
    Preprocessor preprocessor(preprocessing_);
    Image image;
    preprocessor.crop(*open_image(jpeg_), plan, image);
    RandAugment(rand_augment_policy_from_string(augmentation.rand_augment), {124, 116, 104},
                Interpolation::kBilinear, kSidePx)
        .apply(image, random);
    std::vector<float> wanted(3 * kSidePx * kSidePx);
    preprocessor.normalize(image, wanted.data());
    erase_at_random({.probability = 1, .mode = EraseMode::kPixel}, random, 3, kSidePx, kSidePx,
                    wanted.data());

    EXPECT_EQ(transform(augmentation, index), wanted);
    EXPECT_NE(wanted, transform(crops_, index));
  }
}

TEST_F(TrainingTransformTest, RandomInterpolationTakesBoth) {
  Augmentation either = crops_;
  either.interpolation = TrainInterpolation::kRandom;
  either.flip_probability = 0;  // drawn after the interpolation
  Augmentation bilinear = either, bicubic = either;
  bilinear.interpolation = TrainInterpolation::kBilinear;
  bicubic.interpolation = TrainInterpolation::kBicubic;
  int bilinear_count = 0, bicubic_count = 0;
  for (std::uint64_t index = 0; index < kSamples; ++index) {
    const std::vector<float> got = transform(either, index);
    bilinear_count += got == transform(bilinear, index);
    bicubic_count += got == transform(bicubic, index);
  }

  EXPECT_EQ(bilinear_count + bicubic_count, static_cast<int>(kSamples));
  EXPECT_GT(bilinear_count, 2);
  EXPECT_GT(bicubic_count, 2);
}

TEST_F(TrainingTransformTest, RefusesWhatIsOutOfRange) {
  const auto refusal = [&](const Augmentation& augmentation, const std::string& why) {
    EXPECT_THAT([&] { TrainingTransform(preprocessing_, augmentation); },
                ThrowsError(ErrorKind::kUser, HasSubstr(why)));
  };

  refusal({.min_scale = 0}, "random crops of 0 to 1 of the area");
  refusal({.min_ratio = 2}, "random crops of ratio 2 to");
  refusal({.flip_probability = 2}, "a flip probability of 2");
  refusal({.rand_augment = "rand-x3"}, "RandAugment policy 'rand-x3'");
  refusal({.erase_probability = -1}, "an erasing probability of -1");
  refusal({.erase_max_count = 0}, "up to 0 erased blocks");
}

TEST(AugmentationNamesTest, ReadAsRecipesWriteThem) {
  EXPECT_EQ(crop_rule_from_string("one_try"), CropRule::kOneTry);
  EXPECT_EQ(train_interpolation_from_string("random"), TrainInterpolation::kRandom);
  EXPECT_EQ(erase_mode_from_string("const"), EraseMode::kConst);
  EXPECT_THAT([] { erase_mode_from_string("pixels"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean pixel?")));
  EXPECT_THAT([] { crop_rule_from_string("official"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("it is one of timm torchvision one_try")));
}

}  // namespace
}  // namespace yardstick
