#include "tasks/io/resize.h"

#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace yardstick {
namespace {

TEST(ResizeTest, EqualsPillowOnEveryGoldenPipeline) {
  int compared = 0;
  for (const test::GoldenImage& golden : test::golden_images()) {
    const auto tensors =
        read_safetensors(test::preprocess_goldens() + "/" + golden.tensors).tensors;
    const Image decoded = test::to_image(tensors.at("decoded.rgb"));
    for (const test::GoldenPipeline& pipeline : golden.pipelines) {
      const auto resized = tensors.find(pipeline.name + ".resized");
      if (resized == tensors.end()) continue;
      for (const ResizeKernels* kernels : {&best_resize_kernels(), &portable_resize_kernels()}) {
        const Image got = resize_image(decoded, pipeline.resized_width, pipeline.resized_height,
                                       pipeline.preprocessing.interpolation, *kernels);

        EXPECT_EQ(test::difference(got, test::to_image(resized->second)), "same")
            << golden.file << " " << pipeline.name << " " << kernels->name;
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 30);
}

TEST(ResizeTest, KernelsAgreeBitForBitOnRandomSizes) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 150; ++trial) {
    const Image image = test::noisy_image(1 + static_cast<int>(random() % 300),
                                          1 + static_cast<int>(random() % 60), trial);
    const int width = 1 + static_cast<int>(random() % 200);
    const int height = 1 + static_cast<int>(random() % 60);
    const auto interpolation = trial % 2 == 0 ? Interpolation::kBicubic : Interpolation::kBilinear;

    EXPECT_EQ(test::difference(
                  resize_image(image, width, height, interpolation, best_resize_kernels()),
                  resize_image(image, width, height, interpolation, portable_resize_kernels())),
              "same")
        << image.width_px << " x " << image.height_px << " to " << width << " x " << height;
  }
}

TEST(ResizeTest, KernelsAgreeOnExtremeContrast) {
  Image image{64, 64, {}};
  for (int i = 0; i < 64 * 64 * 3; ++i) image.rgb.push_back(i / 3 % 2 == 0 ? 255 : 0);

  EXPECT_EQ(test::difference(
                resize_image(image, 150, 150, Interpolation::kBicubic, best_resize_kernels()),
                resize_image(image, 150, 150, Interpolation::kBicubic, portable_resize_kernels())),
            "same");
}

TEST(ResizeTest, TheSameSizeChangesNothing) {
  const Image image = test::noisy_image(41, 23, 2);

  EXPECT_EQ(resize_image(image, 41, 23, Interpolation::kBicubic), image);
  EXPECT_EQ(resize_image(image, 41, 23, Interpolation::kBilinear), image);
}

TEST(ResampleAxisTest, APartHasTheWeightsOfTheWhole) {
  const ResampleAxis whole = make_resample_axis(640, 383, 0, 383, Interpolation::kBicubic);
  const ResampleAxis part = make_resample_axis(640, 383, 80, 224, Interpolation::kBicubic);

  ASSERT_EQ(part.taps, whole.taps);
  EXPECT_TRUE(std::equal(part.first.begin(), part.first.end(), whole.first.begin() + 80));
  EXPECT_TRUE(std::equal(part.weights.begin(), part.weights.end(),
                         whole.weights.begin() + 80 * whole.taps));
  EXPECT_EQ(part.in_first, whole.first[80]);
  EXPECT_EQ(part.in_end, whole.first[303] + whole.used[303]);
}

}  // namespace
}  // namespace yardstick
