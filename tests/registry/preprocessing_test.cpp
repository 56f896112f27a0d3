#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/preprocessing.h>
#include <yardstick/weights_catalog.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using test::TempDir;
using test::ThrowsError;
using test::write_file;
using testing::AllOf;
using testing::HasSubstr;

TEST(PreprocessingTest, SurvivesJson) {
  Preprocessing original;
  original.crop_px = 384;
  original.crop_pct = 1.0;
  original.interpolation = Interpolation::kBilinear;
  original.mean = {0.5, 0.5, 0.5};

  EXPECT_EQ(preprocessing_from_json(to_json(original), "x"), original);
}

TEST(PreprocessingTest, RefusesWhatItDoesNotKnow) {
  const auto reading = [](const char* text) {
    return [text] { preprocessing_from_json(text, "vit.json"); };
  };
  EXPECT_THAT(reading(R"({"crop": 224})"), ThrowsError(ErrorKind::kData, HasSubstr("no crop")));
  EXPECT_THAT(reading(R"({"crop_px": 224})"),
              ThrowsError(ErrorKind::kData, HasSubstr("lacks crop_pct")));
  EXPECT_THAT(reading("7"), ThrowsError(ErrorKind::kData, HasSubstr("vit.json")));
}

constexpr char kEntry[] = R"({"models": {"vit_x": [{"tag": "in1k", "file_name": "x.pth", "url": "u",
  "licence": "MIT", "classes": 1000, "preprocessing": {"crop_px": 224, "crop_pct": 0.9,
  "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}]}})";

TEST(WeightsCatalogTest, FindsTagsAndSuggestsNearOnes) {
  const TempDir dir;
  write_file(dir.file("vit.json"), std::string("// published weights\n") + kEntry);

  const WeightsCatalog catalog = WeightsCatalog::load(dir.path());

  EXPECT_EQ(catalog.get("vit_x", "in1k").preprocessing.crop_pct, 0.9);
  EXPECT_TRUE(catalog.tags("vit_y").empty());
  EXPECT_THAT([&] { catalog.get("vit_x", "in2k"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean in1k?")));
}

TEST(WeightsCatalogTest, NamesFileModelAndKeyOfABadEntry) {
  const TempDir dir;
  std::string bad = kEntry;
  bad.replace(bad.find("\"licence\""), 9, "\"license\"");
  write_file(dir.file("vit.json"), bad);

  EXPECT_THAT([&] { WeightsCatalog::load(dir.path()); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr("vit.json"), HasSubstr("vit_x"),
                                                  HasSubstr("did you mean licence?"))));
}

}  // namespace
}  // namespace yardstick
