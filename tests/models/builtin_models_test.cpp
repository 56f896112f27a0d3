#include "models/builtin_models.h"

#include "tests/models/built.h"
#include "tests/support/project_paths.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using testing::Contains;
using testing::IsSubsetOf;
using testing::Not;

// Folders of models/ that hold bricks, not families.
const std::set<std::string> kBricks = {"checkpoint", "cuda", "golden", "layers", "methods"};

TEST(BuiltinModelsTest, RegistersEveryFamilyOnDisk) {
  const Registrar registrar = test::builtin_registrar();
  std::set<std::string> families;
  for (const ModelEntry* entry : registrar.models.list()) families.insert(entry->info.family);

  for (const auto& item : std::filesystem::directory_iterator(test::source_path("models"))) {
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

TEST(BuiltinModelsTest, ANewHeadCanStartSmall) {
  const Registrar registrar = test::builtin_registrar();
  std::set<std::string> families;
  for (const ModelEntry* entry : registrar.models.list("*test")) {
    if (entry->schema.find("head_init_scale") == nullptr) continue;
    SCOPED_TRACE(entry->name);
    const auto head_of = [&](const char* scale) {
      at::manual_seed(3);
      const auto model = test::build_model(entry->name, {{"head_init_scale", scale}});
      const TensorMap state = state_of(model->module());
      return state.at(state.contains("head.weight") ? "head.weight" : "head.projection.weight")
          .clone();
    };

    const at::Tensor usual = head_of("1");

    EXPECT_GT(usual.abs().max().item<float>(), 0);
    EXPECT_TRUE(at::allclose(head_of("0.001"), usual * 0.001, /*rtol=*/1e-5, /*atol=*/0));
    families.insert(entry->info.family);
  }
  EXPECT_THAT(families, testing::IsSupersetOf({"vit", "mae_st"}));
}

TEST(BuiltinModelsTest, DropoutBeforeTheHeadActsInTrainingAlone) {
  const Registrar registrar = test::builtin_registrar();
  std::set<std::string> families;
  for (const ModelEntry* entry : registrar.models.list("*test")) {
    if (entry->schema.find("dropout") == nullptr) continue;
    SCOPED_TRACE(entry->name);
    const auto model = test::build_model(entry->name, {{"dropout", "0.5"}});
    std::vector<std::int64_t> shape = entry->info.input_shape;
    shape.insert(shape.begin(), 2);
    const Batch batch = test::batch_of(at::randn(shape));
    const auto is_steady = [&] {
      return at::equal(model->forward(batch).logits, model->forward(batch).logits);
    };

    model->module().train();
    EXPECT_FALSE(is_steady());
    model->module().eval();
    EXPECT_TRUE(is_steady());
    families.insert(entry->info.family);
  }
  EXPECT_THAT(families, testing::IsSupersetOf({"hiera", "mae_st"}));
}

TEST(BuiltinModelsTest, TakesWeightsWhereTheyLieWhenAsked) {
  const Registrar registrar = test::builtin_registrar();
  for (const ModelEntry* entry : registrar.models.list("*test")) {
    SCOPED_TRACE(entry->name);
    const auto model = test::describe_model(*entry);
    TensorMap weights;
    for (const auto& [name, tensor] : state_of(model->module())) weights[name] = tensor.clone();

    for (const WeightsMemory memory : {WeightsMemory::kOwned, WeightsMemory::kMapped}) {
      const LoadReport report = model->load_weights(weights, {.memory = memory});

      EXPECT_TRUE(report.is_complete());
      for (const auto& [name, tensor] : state_of(model->module())) {
        const bool is_shared = tensor.const_data_ptr() == weights.at(name).const_data_ptr();
        EXPECT_EQ(is_shared, memory == WeightsMemory::kMapped) << name;
      }
    }
  }
}

}  // namespace
}  // namespace yardstick
