#include "tests/runners/reference_data.h"

#include "tests/support/project_paths.h"

#include <ATen/ops/tensor.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <vector>

namespace yardstick::test {

const nlohmann::json& training_reference() {
  static const nlohmann::json reference =
      nlohmann::json::parse(std::ifstream(test::test_data("runners/data/training_reference.json")));
  return reference;
}

at::Tensor tensor_of(const nlohmann::json& json, c10::ScalarType type) {
  return at::tensor(json.at("values").get<std::vector<double>>(), at::kDouble)
      .to(type)
      .reshape(json.at("shape").get<std::vector<std::int64_t>>());
}

}  // namespace yardstick::test
