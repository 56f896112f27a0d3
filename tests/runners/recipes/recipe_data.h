#pragma once

#include <yardstick/tensor_file.h>

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace yardstick::test {

// What official training code computed: golden/recipes/<name>.json and the tensors beside it.
struct Recipe {
  std::shared_ptr<const nlohmann::json> document;
  TensorMap tensors;

  const nlohmann::json& json() const { return *document; }
  // What is under "cases".
  const nlohmann::json& cases() const;
  // Throws where there is none, naming it.
  at::Tensor tensor(const std::string& name) const;
};

// `name` of the project's own cases and, where YARDSTICK_GOLDENS names a folder, of the recipes
// there; `tensors` "" for none.
std::vector<Recipe> recipes(const std::string& name, const std::string& tensors = {});

// Within the atol and rtol of `gate`.
void expect_close(const at::Tensor& ours, const at::Tensor& theirs, const nlohmann::json& gate,
                  const std::string& what);

}  // namespace yardstick::test
