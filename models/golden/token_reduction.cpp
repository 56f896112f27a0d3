#include "models/golden/token_reduction.h"

#include "models/golden/classification.h"

#include <yardstick/error.h>

#include <string>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

constexpr std::string_view kBlock = "block";

// "block3.size" -> "blocks.3.size"
std::string name_of_tap(const std::string& wanted) {
  if (!wanted.starts_with(kBlock)) return wanted;
  return "blocks." + wanted.substr(kBlock.size());
}

}  // namespace

const at::Tensor& case_input(const GoldenCase& golden, const char* name) {
  const auto found = golden.inputs.find(name);
  if (found != golden.inputs.end()) return found->second;
  throw_data(concat("case ", golden.name, " has no in.", name));
}

TensorMap compute_reduced_classification(Model& model, const GoldenCase& golden) {
  GoldenCase renamed = golden;  // shares the record of what was read
  if (golden.inputs.contains("label")) renamed.inputs["target"] = case_input(golden, "label");
  for (std::string& name : renamed.wanted) name = name_of_tap(name);

  TensorMap computed = compute_classification(model, renamed);
  TensorMap results;
  for (const std::string& name : golden.wanted) {
    const auto found = computed.find(name_of_tap(name));
    if (found != computed.end()) results.emplace(name, found->second);
  }
  return results;
}

}  // namespace yardstick
