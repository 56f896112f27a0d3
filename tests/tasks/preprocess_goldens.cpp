#include "tests/tasks/preprocess_goldens.h"

#include "tests/support/project_paths.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>

namespace yardstick::test {
namespace {

nlohmann::json expected() {
  std::ifstream in(preprocess_goldens() + "/expected.json");
  return nlohmann::json::parse(in);
}

}  // namespace

std::string preprocess_goldens() { return test::test_data("golden/preprocess"); }

std::vector<GoldenImage> golden_images() {
  std::vector<GoldenImage> images;
  const nlohmann::json list = expected()["images"];
  for (const auto& image : list) {
    GoldenImage golden{image["file"], image["tensors"], {}};
    for (const auto& [name, pipeline] : image["pipelines"].items()) {
      GoldenPipeline one;
      one.name = name;
      one.preprocessing.crop_px = pipeline["crop"];
      one.preprocessing.crop_pct = pipeline["crop_pct"];
      one.preprocessing.interpolation = pipeline["interpolation"] == "bicubic"
                                            ? Interpolation::kBicubic
                                            : Interpolation::kBilinear;
      one.preprocessing.mean = pipeline["mean"];
      one.preprocessing.std = pipeline["std"];
      one.resized_width = pipeline["resized_size"][0];
      one.resized_height = pipeline["resized_size"][1];
      one.mean = pipeline["normalized_mean"].get<std::vector<double>>();
      one.std = pipeline["normalized_std"].get<std::vector<double>>();
      one.corners = pipeline["normalized_corners"].get<std::vector<std::vector<double>>>();
      golden.pipelines.push_back(std::move(one));
    }
    images.push_back(std::move(golden));
  }
  return images;
}

std::vector<GoldenBadFile> golden_bad_files() {
  std::vector<GoldenBadFile> files;
  const nlohmann::json list = expected()["bad"];
  for (const auto& bad : list) {
    GoldenBadFile file;
    file.file = bad["file"];
    file.is_loaded = bad.value("load", "") == "ok";
    if (file.is_loaded) file.mean = bad["mean"].get<std::vector<double>>();
    files.push_back(std::move(file));
  }
  return files;
}

Image to_image(const at::Tensor& tensor) {
  const auto* bytes = tensor.const_data_ptr<std::uint8_t>();
  return {static_cast<int>(tensor.size(1)), static_cast<int>(tensor.size(0)),
          std::vector<std::uint8_t>(bytes, bytes + tensor.numel())};
}

std::string difference(const Image& got, const Image& wanted) {
  if (got.width_px != wanted.width_px || got.height_px != wanted.height_px) {
    return concat("size ", got.width_px, " x ", got.height_px, ", wanted ", wanted.width_px, " x ",
                  wanted.height_px);
  }
  std::size_t count = 0, first = 0;
  int most = 0;
  for (std::size_t i = 0; i < got.rgb.size(); ++i) {
    const int off = std::abs(got.rgb[i] - wanted.rgb[i]);
    if (off > 0 && count++ == 0) first = i;
    most = std::max(most, off);
  }
  if (count == 0) return "same";
  const std::size_t pixel = first / 3;
  return concat(count, " of ", got.rgb.size(), " bytes differ by up to ", most, ", first at x ",
                pixel % got.width_px, " y ", pixel / got.width_px, " channel ", first % 3);
}

}  // namespace yardstick::test
