#include "tests/models/golden_case.h"

#include "tests/support/project_paths.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

namespace yardstick::test {
namespace {

using Json = nlohmann::ordered_json;

void read_tolerances(const Json& json, const char* kind, GoldenFolder& folder) {
  if (!json.contains(kind)) return;
  for (const auto& [name, about] : json[kind].items()) {
    folder.tolerances[name] = {about.at("atol"), about.at("rtol")};
  }
}

}  // namespace

GoldenFolder read_golden(const std::string& path) {
  std::ifstream in(path + "/case.json");
  Json json = Json::parse(in);
  GoldenFolder folder;
  GoldenCase& golden = folder.golden;
  golden.name = json.at("name");
  golden.family = json.at("family");
  golden.constructor = json.value("constructor", "");
  golden.mode = json.at("mode");
  golden.entry = json.at("entry");
  golden.config = Arguments::parse(json.at("config").dump(), golden.name);
  if (json.contains("method")) {
    golden.method = json["method"].at("name");
    json["method"].erase("name");
    golden.method_arguments = Arguments::parse(json["method"].dump(), golden.name);
  }
  for (const auto& [name, tensor] : read_safetensors(path + "/io.safetensors").tensors) {
    if (name.starts_with("in.")) golden.inputs[name.substr(3)] = tensor;
    if (name.starts_with("out.")) folder.outputs[name.substr(4)] = tensor;
    if (name.starts_with("grad.")) folder.gradients[name.substr(5)] = tensor;
  }
  for (const auto& [name, tensor] : folder.outputs) golden.wanted.push_back(name);
  folder.weights = read_safetensors(path + "/weights.safetensors").tensors;
  read_tolerances(json, "outputs", folder);
  read_tolerances(json, "gradients", folder);
  return folder;
}

std::vector<std::string> golden_folders(const std::string& family) {
  std::vector<std::string> roots = {test::test_data("golden")};
  if (const char* more = std::getenv("YARDSTICK_GOLDENS")) roots.push_back(more);
  std::set<std::string> folders;
  for (const std::string& root : roots) {
    std::error_code error;
    for (const auto& item : std::filesystem::directory_iterator(root + "/" + family, error)) {
      if (std::filesystem::exists(item.path() / "case.json")) folders.insert(item.path());
    }
  }
  return {folders.begin(), folders.end()};
}

double share_of_tolerance(const at::Tensor& ours, const at::Tensor& theirs, Tolerance tolerance) {
  if (!ours.defined() || ours.sizes() != theirs.sizes()) {
    return std::numeric_limits<double>::infinity();
  }
  const at::Tensor wanted = theirs.to(at::kDouble);
  const at::Tensor allowed = tolerance.atol + tolerance.rtol * wanted.abs();
  const at::Tensor apart = (ours.detach().to(at::kDouble) - wanted).abs();
  // Where nothing is allowed, as for masks, equal values would be 0 of 0.
  return at::where(apart == 0, apart, apart / allowed).max().item<double>();
}

}  // namespace yardstick::test
