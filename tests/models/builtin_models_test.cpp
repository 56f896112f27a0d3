#include "models/builtin_models.h"

#include "tests/models/built.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>
#include <string>

namespace yardstick {
namespace {

using testing::Contains;
using testing::IsSubsetOf;
using testing::Not;

// Folders of models/ that hold bricks, not families.
const std::set<std::string> kBricks = {"checkpoint", "golden", "layers", "methods"};

TEST(BuiltinModelsTest, RegistersEveryFamilyOnDisk) {
  const Registrar registrar = test::builtin_registrar();
  std::set<std::string> families;
  for (const ModelEntry* entry : registrar.models.list()) families.insert(entry->info.family);

  for (const auto& item : std::filesystem::directory_iterator(YARDSTICK_SOURCE_DIR "/models")) {
    const std::string folder = item.path().filename();
    if (item.is_directory() && !kBricks.contains(folder)) {
      EXPECT_THAT(families, Contains(folder));
    }
  }
}

TEST(BuiltinModelsTest, GivesEveryFamilyATestVariantAndGoldenCases) {
  const Registrar registrar = test::builtin_registrar();
  std::set<std::string> families;
  std::set<std::string> with_test_variant;
  for (const ModelEntry* entry : registrar.models.list()) {
    families.insert(entry->info.family);
    if (entry->info.is_test_variant) with_test_variant.insert(entry->info.family);
  }

  EXPECT_EQ(with_test_variant, families);
  EXPECT_THAT(families, IsSubsetOf(registrar.golden_families.names()));
}

TEST(BuiltinModelsTest, DescribesEveryModel) {
  const Registrar registrar = test::builtin_registrar();
  for (const ModelEntry* entry : registrar.models.list()) {
    SCOPED_TRACE(entry->name);
    EXPECT_EQ(entry->info.name, entry->name);
    EXPECT_THAT(entry->info.summary, Not(testing::IsEmpty()));
    EXPECT_THAT(entry->info.paper.arxiv, Not(testing::IsEmpty()));
    EXPECT_THAT(entry->info.licence, Not(testing::IsEmpty()));
    EXPECT_EQ(entry->info.input_shape.back(), entry->info.preprocessing.crop_px);
    const auto model = test::describe_model(*entry);
    EXPECT_EQ(model->info().name, entry->name);
    const bool classifies = model->capability<ReplaceableHead>() != nullptr;
    EXPECT_EQ(Params(entry->schema).has("classes"), classifies);
  }
}

}  // namespace
}  // namespace yardstick
