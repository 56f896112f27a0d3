#include "tasks/io/augment/crop_box.h"

#include "tasks/io/image_decoder.h"
#include "tasks/io/resize.h"
#include "tests/tasks/augment/recipe_goldens.h"
#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <yardstick/tensor_file.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

namespace yardstick {

void PrintTo(const CropBox& box, std::ostream* out) {
  *out << "top " << box.y << " left " << box.x << " height " << box.height << " width "
       << box.width;
}

namespace {

using nlohmann::json;
using test::FedDraws;

const std::pair<std::string, CropRule> kRules[] = {
    {"timm", CropRule::kTimm}, {"torchvision", CropRule::kTorchvision}, {"mae", CropRule::kOneTry}};

Augmentation augmentation_of(const json& one, CropRule rule) {
  return {.min_scale = one["scale"][0],
          .max_scale = one["scale"][1],
          .min_ratio = one["ratio"][0],
          .max_ratio = one["ratio"][1],
          .crop_rule = rule};
}

Image cut(const Image& image, const CropBox& box) {
  Image out{box.width, box.height, {}};
  for (int y = box.y; y < box.y + box.height; ++y) {
    const auto row = image.rgb.begin() + 3 * (y * image.width_px + box.x);
    out.rgb.insert(out.rgb.end(), row, row + 3 * box.width);
  }
  return out;
}

TEST(CropBoxTest, FindsEachLibrarysBoxAndPixelsFromTheSameDraws) {
  int resized = 0;
  for (const std::string& folder : test::recipe_folders("random_resized_crop")) {
    const auto tensors = read_safetensors(folder + "/tensors.safetensors").tensors;
    const json all = test::read_json(folder + "/random_resized_crop.json")["cases"];
    for (const json& one : all) {
      const std::string name = one["name"];
      const Image image =
          decode_image(test::read_bytes(folder + "/" + one["image"].get<std::string>() + ".png"));
      for (const auto& [library, rule] : kRules) {
        SCOPED_TRACE(folder + " " + name + " " + library);
        const json& wanted = one["boxes"][library];
        const json& uniforms = one[library == "mae" ? "mae_uniforms" : "uniforms"];
        FedDraws draws(uniforms.get<std::deque<double>>());

        const CropBox box =
            random_crop_box(image.width_px, image.height_px, augmentation_of(one, rule), draws);

        EXPECT_EQ(box, (CropBox{wanted["left"], wanted["top"], wanted["width"], wanted["height"]}));
        EXPECT_TRUE(draws.is_used_up());
        const std::string stored = wanted.value("resized_as", library);
        for (const std::string interpolation : one["interpolations"]) {
          const at::Tensor& pixels = tensors.at(name + "." + stored + "." + interpolation);
          const Image got = resize_image(
              cut(image, box), static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(0)),
              interpolation == "bicubic" ? Interpolation::kBicubic : Interpolation::kBilinear);
          EXPECT_EQ(test::difference(got, test::to_image(pixels)), "same") << interpolation;
          ++resized;
        }
      }
    }
  }
  EXPECT_GE(resized, 60);
}

TEST(CropBoxTest, FindsEachLibrarysBoxThroughoutTheTable) {
  for (const std::string& folder : test::recipe_folders("random_resized_crop")) {
    const json table = test::read_json(folder + "/random_resized_crop.json")["box_table"];
    ASSERT_FALSE(table["rows"].empty());
    for (const json& row : table["rows"]) {
      SCOPED_TRACE(row.dump());
      std::size_t column = 6;
      for (const auto& [library, rule] : kRules) {
        FedDraws draws({row[2], row[3], row[4], row[5]});
        const json& wanted = row[column++];

        EXPECT_EQ(random_crop_box(row[1], row[0], augmentation_of(table, rule), draws),
                  (CropBox{wanted[1], wanted[0], wanted[3], wanted[2]}))
            << library;
      }
    }
  }
}

}  // namespace
}  // namespace yardstick
