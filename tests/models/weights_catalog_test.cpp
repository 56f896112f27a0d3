#include "tests/models/built.h"
#include "tests/support/project_paths.h"

#include <yardstick/weights_catalog.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using testing::Ge;
using testing::StartsWith;

TEST(WeightsCatalogFilesTest, BelongToRegisteredModels) {
  const Registrar registrar = test::builtin_registrar();
  const auto catalog = WeightsCatalog::load(test::source_path("configs/models"));

  std::size_t models_with_weights = 0;
  for (const ModelEntry* entry : registrar.models.list()) {
    for (const WeightsEntry& weights : catalog.tags(entry->name)) {
      SCOPED_TRACE(entry->name + "." + weights.tag);
      EXPECT_EQ(weights.preprocessing.crop_px, entry->info.preprocessing.crop_px);
      EXPECT_THAT(weights.url, StartsWith("https://"));
      EXPECT_TRUE(weights.url.ends_with(weights.file_name));
    }
    if (!catalog.tags(entry->name).empty()) ++models_with_weights;
  }

  EXPECT_THAT(models_with_weights, Ge(25U));
}

TEST(WeightsCatalogFilesTest, FirstTagSaysHowTheModelIsFedByDefault) {
  const Registrar registrar = test::builtin_registrar();
  const auto catalog = WeightsCatalog::load(test::source_path("configs/models"));

  for (const ModelEntry* entry : registrar.models.list()) {
    if (catalog.tags(entry->name).empty()) continue;
    SCOPED_TRACE(entry->name);
    EXPECT_EQ(catalog.tags(entry->name)[0].preprocessing, entry->info.preprocessing);
  }
}

}  // namespace
}  // namespace yardstick
