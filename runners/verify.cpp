#include "runners/verify.h"

#include "runners/golden_case.h"
#include "runners/module_access.h"
#include "runners/numerics.h"
#include "runners/tensor_compare.h"

#include <yardstick/error.h>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace yardstick {
namespace {

namespace fs = std::filesystem;

const GoldenFamily& family_of(const GoldenCase& golden, const Registrar& registrar) {
  if (const GoldenFamily* family = registrar.golden_families.find(golden.family)) return *family;
  const auto names = registrar.golden_families.names();
  throw_data(concat("no family named ", golden.family, " computes golden cases"),
             suggestion(golden.family, names));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void require_all_read(const GoldenCase& golden) {
  std::vector<std::string> unread = golden.config.unread();
  for (const std::string& name : golden.method_arguments.unread()) {
    unread.push_back("method." + name);
  }
  if (unread.empty()) return;
  throw_data(
      concat("arguments that the family ", golden.family, " does not handle: ", joined(unread)));
}

// Gradients of the loss by the checkpoint's official keys.
TensorMap gradients_by_key(Model& model, const LoadReport& report) {
  std::map<std::string, std::string> official;  // by our name
  for (const auto& [file_name, model_name] : report.renamed) official[model_name] = file_name;
  TensorMap gradients;
  for (const NamedParameter& parameter : parameters_of(model.module())) {
    if (!parameter.value.grad().defined()) continue;
    const auto renamed = official.find(parameter.name);
    gradients.emplace(renamed == official.end() ? parameter.name : renamed->second,
                      parameter.value.grad());
  }
  return gradients;
}

TensorMap compute(const LoadedCase& loaded, const GoldenFamily& family, c10::Device device) {
  const NumericsScope numerics({});
  GoldenCase golden = loaded.golden;
  for (auto& [name, tensor] : golden.inputs) tensor = tensor.to(device);
  const std::unique_ptr<Model> model = family.build(golden);
  if (model == nullptr) throw_data(concat("the family ", family.name, " built no model"));
  move_module(model->module(), c10::kCPU, at::kFloat);
  const LoadReport report = model->load_weights(loaded.weights, {});
  require_complete(report, "weights.safetensors");
  move_module(model->module(), device, at::kFloat);
  set_mode(model->module(), golden.mode == "train" ? ModuleMode::kTrain : ModuleMode::kEval);

  const at::AutoGradMode with_gradients(true);
  TensorMap computed;
  for (const auto& [name, tensor] : family.compute(*model, golden)) {
    computed.emplace("out." + name, tensor);
  }
  require_all_read(golden);

  const bool wants_gradients =
      std::any_of(loaded.expected.begin(), loaded.expected.end(),
                  [](const auto& item) { return item.first.starts_with("grad."); });
  if (wants_gradients) {
    const auto loss = computed.find("out.loss");
    if (loss == computed.end() || !loss->second.requires_grad()) {
      throw_data(concat("gradients are wanted and the family ", family.name,
                        " computes no loss that carries one"));
    }
    loss->second.backward();
    for (const auto& [name, gradient] : gradients_by_key(*model, report)) {
      computed.emplace("grad." + name, gradient);
    }
  }
  for (auto& [name, tensor] : computed) tensor = tensor.cpu();
  return computed;
}

}  // namespace

std::vector<std::string> find_golden_cases(const std::vector<std::string>& paths) {
  std::set<std::string> found;
  for (const std::string& path : paths) {
    std::error_code error;
    const fs::path root = fs::path(path).lexically_normal();
    if (!fs::exists(root, error)) throw_user(concat("no such folder: ", path));
    if (root.filename() == "case.json") {
      found.insert(root.parent_path().string());
      continue;
    }
    if (!fs::is_directory(root, error)) throw_user(concat(path, " is no folder"));
    for (const auto& entry :
         fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied)) {
      if (entry.path().filename() == "case.json" && entry.is_regular_file(error)) {
        found.insert(entry.path().parent_path().string());
      }
    }
  }
  if (found.empty()) {
    throw_user(concat("no case.json below ", joined(paths)),
               "a golden case is a folder with case.json, weights.safetensors and io.safetensors");
  }
  std::vector<std::string> cases(found.begin(), found.end());
  std::sort(cases.begin(), cases.end(),
            [](const std::string& a, const std::string& b) { return natural_less(a, b); });
  return cases;
}

CaseVerdict verify_case(const std::string& folder, const Registrar& registrar, c10::Device device) {
  CaseVerdict verdict;
  verdict.path = folder;
  const CaseIdentity identity = identify_golden_case(folder);
  verdict.name = identity.name.empty() ? fs::path(folder).filename().string() : identity.name;
  verdict.family = identity.family;
  try {
    const LoadedCase loaded = load_golden_case(folder);
    const TensorMap computed = compute(loaded, family_of(loaded.golden, registrar), device);
    verdict.passed = true;
    for (const auto& [name, theirs] : loaded.expected) {
      const auto ours = computed.find(name);
      verdict.tensors.push_back(
          compare_tensors(name, ours == computed.end() ? at::Tensor() : ours->second, theirs,
                          loaded.tolerances.at(name)));
      verdict.passed = verdict.passed && verdict.tensors.back().passed;
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
    verdict.reason = error.what();
  } catch (const std::exception& error) {  // LibTorch's, from the family's own code
    const std::string text = error.what();
    verdict.reason = text.substr(0, text.find('\n'));
  }
  if (!verdict.reason.empty()) verdict.passed = false;
  return verdict;
}

}  // namespace yardstick
