#include "tasks/io/transforms.h"

#include "tasks/io/sample_random.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::Bytes;

std::vector<float> preprocess(const Bytes& bytes, const Preprocessing& preprocessing,
                              const CropPlan& plan,
                              const ResizeKernels& kernels = best_resize_kernels()) {
  std::vector<float> out(3 * static_cast<std::size_t>(plan.crop_px * plan.crop_px));
  const auto decoder = open_image(bytes);
  Preprocessor(preprocessing, kernels).run(*decoder, plan, out.data());
  return out;
}

std::vector<float> preprocess(const Bytes& bytes, const Preprocessing& preprocessing) {
  const auto decoder = open_image(bytes);
  return preprocess(bytes, preprocessing,
                    evaluation_plan(decoder->width_px(), decoder->height_px(), preprocessing));
}

// The input that (value / 255 - 0) / (1 / 255) leaves as the pixels themselves.
Preprocessing pixels_of(Preprocessing preprocessing) {
  preprocessing.mean = {0, 0, 0};
  preprocessing.std = {1 / 255.0, 1 / 255.0, 1 / 255.0};
  return preprocessing;
}

Image to_image(const std::vector<float>& chw, int side) {
  Image image{side, side, {}};
  for (int i = 0; i < side * side; ++i) {
    for (int c = 0; c < 3; ++c) {
      image.rgb.push_back(static_cast<std::uint8_t>(std::lround(chw[c * side * side + i])));
    }
  }
  return image;
}

TEST(PreprocessorTest, CropsToPillowsPixelsOnEveryGoldenPipeline) {
  for (const test::GoldenImage& golden : test::golden_images()) {
    const auto tensors =
        read_safetensors(test::preprocess_goldens() + "/" + golden.tensors).tensors;
    const Bytes bytes = test::read_bytes(test::preprocess_goldens() + "/" + golden.file);
    for (const test::GoldenPipeline& pipeline : golden.pipelines) {
      const int side = static_cast<int>(pipeline.preprocessing.crop_px);

      EXPECT_EQ(
          test::difference(to_image(preprocess(bytes, pixels_of(pipeline.preprocessing)), side),
                           test::to_image(tensors.at(pipeline.name + ".cropped"))),
          "same")
          << golden.file << " " << pipeline.name;
    }
  }
}

TEST(PreprocessorTest, NormalisesAsTorchvisionOnEveryGoldenPipeline) {
  int whole_tensors = 0;
  for (const test::GoldenImage& golden : test::golden_images()) {
    const auto tensors =
        read_safetensors(test::preprocess_goldens() + "/" + golden.tensors).tensors;
    const Bytes bytes = test::read_bytes(test::preprocess_goldens() + "/" + golden.file);
    for (const test::GoldenPipeline& pipeline : golden.pipelines) {
      SCOPED_TRACE(golden.file + " " + pipeline.name);
      const std::vector<float> got = preprocess(bytes, pipeline.preprocessing);
      const std::size_t side = pipeline.preprocessing.crop_px;
      const std::size_t area = side * side;
      const std::size_t corners[] = {0, side - 1, area - side, area - 1};
      for (std::size_t c = 0; c < 3; ++c) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < area; ++i) {
          sum += got[c * area + i];
          squares += static_cast<double>(got[c * area + i]) * got[c * area + i];
        }
        const double mean = sum / area;
        EXPECT_NEAR(mean, pipeline.mean[c], 1e-6);
        EXPECT_NEAR(std::sqrt(squares / area - mean * mean), pipeline.std[c], 1e-6);
        for (int k = 0; k < 4; ++k) {
          EXPECT_NEAR(got[c * area + corners[k]], pipeline.corners[k][c], 1e-6);
        }
      }
      const auto stored = tensors.find(pipeline.name + ".normalized");
      if (stored == tensors.end()) continue;
      ++whole_tensors;
      const float* wanted = stored->second.const_data_ptr<float>();
      double most = 0;
      for (std::size_t i = 0; i < got.size(); ++i) {
        most = std::max(most, std::abs(static_cast<double>(got[i]) - wanted[i]));
      }
      EXPECT_LE(most, 1e-6);
    }
  }
  EXPECT_GE(whole_tensors, 4);
}

TEST(EvaluationPlanTest, RoundsAsTorchvision) {
  const CropPlan plan = evaluation_plan(640, 427, {});

  EXPECT_EQ(plan.resized_height, 256);
  EXPECT_EQ(plan.resized_width, 383);  // 383.7
  EXPECT_EQ(plan.crop_y, 16);
  EXPECT_EQ(plan.crop_x, 80);  // 79.5, to even
}

TEST(EvaluationPlanTest, RoundsTheShorterSideDown) {
  const CropPlan plan = evaluation_plan(100, 200, {.crop_px = 64, .crop_pct = 0.9});

  EXPECT_EQ(plan.resized_width, 71);  // 71.1
  EXPECT_EQ(plan.crop_x, 4);          // 3.5, to even
}

TEST(EvaluationPlanTest, RoundsHalfToEvenDownwardsToo) {
  EXPECT_EQ(evaluation_plan(73, 73, {.crop_px = 64}).crop_x, 4);  // 4.5
}

TEST(PreprocessorTest, RefusesACropOutOfRange) {
  EXPECT_THAT([] { Preprocessor({.crop_px = 0}); },
              test::ThrowsError(ErrorKind::kUser, testing::HasSubstr("a crop of 0 pixels")));
  EXPECT_THAT([] { Preprocessor({.crop_pct = 1.5}); },
              test::ThrowsError(ErrorKind::kUser, testing::HasSubstr("a crop ratio of 1.5")));
}

TEST(TrainingPlanTest, ABoxIsResizedAsIfItWereTheImage) {
  const Image image = test::noisy_image(120, 90, 4);
  const Bytes png = test::encode_png({.width_px = 120, .height_px = 90}, image.rgb);
  const Preprocessing preprocessing = pixels_of({.crop_px = 32});
  for (std::uint64_t index = 0; index < 20; ++index) {
    SampleRandom random(1, 2, index);
    const CropPlan plan = training_plan(
        120, 90, preprocessing, {.random_resized_crop = true, .flip_probability = 0.5}, random);
    Image box{plan.box_width, plan.box_height, {}};
    for (int y = 0; y < plan.box_height; ++y) {
      const auto row = image.rgb.begin() + 3 * ((plan.box_y + y) * 120 + plan.box_x);
      box.rgb.insert(box.rgb.end(), row, row + 3 * plan.box_width);
    }
    Image wanted = resize_image(box, 32, 32, preprocessing.interpolation);
    if (plan.is_flipped) {
      const Image straight = wanted;
      for (int i = 0; i < 32 * 32; ++i) {
        const int mirrored = i / 32 * 32 + 31 - i % 32;
        std::copy_n(&straight.rgb[3 * mirrored], 3, &wanted.rgb[3 * i]);
      }
    }

    EXPECT_EQ(test::difference(to_image(preprocess(png, preprocessing, plan), 32), wanted), "same");
  }
}

TEST(TrainingPlanTest, AJpegsBoxIsResizedAsIfItWereTheImage) {
  const Bytes jpeg = test::encode_jpeg(test::noisy_image(230, 170, 4));
  const Image image = decode_image(jpeg);
  const Bytes png = test::encode_png({.width_px = 230, .height_px = 170}, image.rgb);
  const Preprocessing preprocessing = pixels_of({.crop_px = 32});
  for (std::uint64_t index = 0; index < 20; ++index) {
    SampleRandom random(1, 2, index);
    const CropPlan plan =
        training_plan(230, 170, preprocessing, {.random_resized_crop = true}, random);

    EXPECT_EQ(preprocess(jpeg, preprocessing, plan), preprocess(png, preprocessing, plan));
  }
}

TEST(TrainingPlanTest, KeepsAreaAndRatioWithinBounds) {
  const Augmentation augmentation = {.random_resized_crop = true, .min_scale = 0.2};
  std::set<int> widths;
  for (std::uint64_t index = 0; index < 500; ++index) {
    SampleRandom random(3, 0, index);
    const CropPlan plan = training_plan(400, 300, {}, augmentation, random);
    const double area = static_cast<double>(plan.box_width) * plan.box_height / (400.0 * 300.0);
    const double ratio = static_cast<double>(plan.box_width) / plan.box_height;

    EXPECT_GE(area, 0.19);
    EXPECT_LE(area, 1.0);
    EXPECT_GE(ratio, 0.73);
    EXPECT_LE(ratio, 1.36);
    EXPECT_LE(plan.box_x + plan.box_width, 400);
    EXPECT_LE(plan.box_y + plan.box_height, 300);
    widths.insert(plan.box_width);
  }
  EXPECT_GT(widths.size(), 100U);
}

TEST(TrainingPlanTest, FallsBackToTheCentreOfAPanorama) {
  SampleRandom random(1, 1, 1);

  const CropPlan plan =
      training_plan(1000, 10, {}, {.random_resized_crop = true, .min_scale = 0.9}, random);

  EXPECT_EQ(plan.box_height, 10);
  EXPECT_EQ(plan.box_width, 13);
  EXPECT_EQ(plan.box_x, 493);
}

TEST(TrainingPlanTest, FlipsAsOftenAsAsked) {
  int flipped = 0;
  for (std::uint64_t index = 0; index < 4000; ++index) {
    SampleRandom random(9, 0, index);
    flipped += training_plan(50, 50, {}, {.flip_probability = 0.25}, random).is_flipped;
  }

  EXPECT_NEAR(flipped, 1000, 110);  // 4 standard deviations
}

}  // namespace
}  // namespace yardstick
