#pragma once

#include "tasks/io/image.h"

#include <yardstick/preprocessing.h>
#include <yardstick/tensor_file.h>

#include <string>
#include <vector>

namespace yardstick::test {

// The preprocessing goldens: the public ones, or those in $YARDSTICK_GOLDENS/preprocess.
std::string preprocess_goldens();

struct GoldenPipeline {
  std::string name;
  Preprocessing preprocessing;
  int resized_width = 0;
  int resized_height = 0;
  std::vector<double> mean;                  // of the normalised tensor, by channel
  std::vector<double> std;                   // population
  std::vector<std::vector<double>> corners;  // [4][3]: top left, top right, bottom left, right
};

struct GoldenImage {
  std::string file;     // "images/rgb_420.jpg"
  std::string tensors;  // "rgb_420.safetensors"
  std::vector<GoldenPipeline> pipelines;
};

struct GoldenBadFile {
  std::string file;
  bool is_loaded = false;
  std::vector<double> mean;  // of the pixels, by channel, where it is loaded
};

std::vector<GoldenImage> golden_images();
std::vector<GoldenBadFile> golden_bad_files();

// A uint8 [H, W, 3] tensor as an image.
Image to_image(const at::Tensor& tensor);

// "same", or how many bytes differ, by how much at most, and where first.
std::string difference(const Image& got, const Image& wanted);

}  // namespace yardstick::test
