#include "tests/runners/recipes/recipe_data.h"

#include "tests/support/project_paths.h"

#include <yardstick/error.h>

#include <ATen/ops/allclose.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace yardstick::test {

const nlohmann::json& Recipe::cases() const { return document->at("cases"); }

at::Tensor Recipe::tensor(const std::string& name) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw_data("the recipe has no tensor " + name);
  return found->second;
}

std::vector<Recipe> recipes(const std::string& name, const std::string& tensors) {
  std::vector<std::string> folders{test::test_data("golden/recipes/")};
  if (const char* outside = std::getenv("YARDSTICK_GOLDENS")) {
    folders.push_back(std::string(outside) + "/recipes/");
  }
  std::vector<Recipe> found;
  for (const std::string& folder : folders) {
    if (!std::filesystem::exists(folder + name)) continue;
    Recipe& recipe = found.emplace_back();
    recipe.document =
        std::make_shared<nlohmann::json>(nlohmann::json::parse(std::ifstream(folder + name)));
    if (!tensors.empty()) recipe.tensors = read_safetensors(folder + tensors).tensors;
  }
  EXPECT_FALSE(found.empty()) << name;
  return found;
}

void expect_close(const at::Tensor& ours, const at::Tensor& theirs, const nlohmann::json& gate,
                  const std::string& what) {
  ASSERT_EQ(ours.sizes(), theirs.sizes()) << what;
  EXPECT_TRUE(at::allclose(ours, theirs, gate.at("rtol"), gate.at("atol"))) << what << "\nours\n"
                                                                            << ours << "\ntheirs\n"
                                                                            << theirs;
}

}  // namespace yardstick::test
