#include "tests/models/built.h"
#include "tests/support/project_paths.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

struct Official {
  std::string name;
  std::int64_t parameters = 0;
  Shapes tensors;
};

// Names, shapes and parameter counts of the official implementations.
std::vector<Official> manifest(const std::string& family) {
  std::ifstream in(test::test_data("golden/manifests/") + family + ".json");
  const auto json = nlohmann::ordered_json::parse(in);
  std::vector<Official> models;
  for (const auto& [name, entry] : json.items()) {
    models.push_back({name, entry.at("params"), entry.at("tensors").get<Shapes>()});
  }
  return models;
}

std::vector<Official> all_official() {
  std::vector<std::string> families;
  for (const auto& file :
       std::filesystem::directory_iterator(test::test_data("golden/manifests"))) {
    families.push_back(file.path().stem().string());
  }
  std::ranges::sort(families);
  std::vector<Official> models;
  for (const std::string& family : families) {
    for (Official& model : manifest(family)) models.push_back(std::move(model));
  }
  return models;
}

class ManifestTest : public testing::TestWithParam<Official> {};

TEST_P(ManifestTest, NamesShapesAndCountsEqualTheOfficialOnes) {
  const Registrar registrar = test::builtin_registrar();
  const ModelEntry& entry = registrar.models.get(GetParam().name);

  const auto model = test::describe_model(entry);

  Shapes shapes;
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : state_of(model->module())) {
    shapes[name] = tensor.sizes().vec();
    if (tensor.requires_grad()) parameters += tensor.numel();
  }
  EXPECT_EQ(shapes, GetParam().tensors);
  EXPECT_EQ(parameters, GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(Registered, ManifestTest, testing::ValuesIn(all_official()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace yardstick
