#include "cli/model_part.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace yardstick::cli {
namespace {

// Where training scripts keep a model, in the order of preference.
constexpr std::array<std::string_view, 12> kModels = {
    "model",     "model_state",    "state_dict", "model_state_dict", "module", "net", "network",
    "model_ema", "state_dict_ema", "ema",        "teacher",          "student"};
// What else they keep.
constexpr std::array<std::string_view, 28> kOthers = {"optimizer",
                                                      "optimizer_state",
                                                      "optimizer_states",
                                                      "optimizer_state_dict",
                                                      "optim",
                                                      "scaler",
                                                      "amp_scaler",
                                                      "grad_scaler",
                                                      "loss_scaler",
                                                      "scheduler",
                                                      "lr_scheduler",
                                                      "lr_schedulers",
                                                      "scheduler_state",
                                                      "callbacks",
                                                      "loops",
                                                      "criterion",
                                                      "dino_loss",
                                                      "args",
                                                      "config",
                                                      "cfg",
                                                      "hyper_parameters",
                                                      "rng",
                                                      "rng_state",
                                                      "rng_states",
                                                      "epoch",
                                                      "step",
                                                      "iteration",
                                                      "metrics"};

template <typename Names>
bool is_in(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Weights that stand beside the model's own and are as good an answer.
bool is_rival(std::string_view part) {
  return part.find("ema") != std::string_view::npos || part == "teacher" || part == "student";
}

struct Tensor {
  std::string_view name;
  std::string_view part;  // as in CheckpointEntry
  std::size_t index = 0;
};

std::string_view first_segment(std::string_view name) { return name.substr(0, name.find('.')); }

// Tensors by the part that they are in; those of a flat file by the start of their names, where
// every start is one that a training checkpoint has.
std::map<std::string_view, std::size_t> count_parts(const std::vector<Tensor>& tensors) {
  std::map<std::string_view, std::size_t> counts;
  const bool is_nested =
      std::ranges::any_of(tensors, [](const Tensor& t) { return !t.part.empty(); });
  for (const Tensor& tensor : tensors) {
    if (is_nested) {
      ++counts[tensor.part];
      continue;
    }
    const std::string_view start = first_segment(tensor.name);
    if (start.size() == tensor.name.size() || (!is_in(kModels, start) && !is_in(kOthers, start)))
      return {};
    ++counts[start];
  }
  // One start alone is a wrapper like "module.", which the families' key maps take off.
  if (!is_nested && counts.size() == 1) return {};
  return counts;
}

std::vector<std::string_view> candidates_of(const std::map<std::string_view, std::size_t>& counts) {
  std::vector<std::string_view> found;
  for (const std::string_view part : kModels) {
    if (counts.contains(part)) found.push_back(part);
  }
  if (!found.empty() || counts.contains("")) return found;  // "": tensors beside the dictionaries
  for (const auto& [part, count] : counts) {
    if (!is_in(kOthers, part)) found.push_back(part);
  }
  return found;
}

std::string list_of(const std::map<std::string_view, std::size_t>& counts,
                    const std::vector<std::string_view>& parts) {
  std::string text;
  for (const std::string_view part : parts) {
    text += concat(text.empty() ? "" : ", ", part, " (", counts.at(part), " tensors)");
  }
  return text;
}

ModelPart take(const std::vector<Tensor>& tensors, std::string key) {
  ModelPart model;
  std::set<std::string> left_out;
  const std::string prefix = key.empty() ? "" : key + ".";
  for (const Tensor& tensor : tensors) {
    if (tensor.name.starts_with(prefix)) {
      model.tensors.emplace(tensor.name.substr(prefix.size()), tensor.index);
    } else {
      left_out.emplace(tensor.part.empty() ? first_segment(tensor.name) : tensor.part);
    }
  }
  model.key = std::move(key);
  model.left_out.assign(left_out.begin(), left_out.end());
  return model;
}

// "" where the tensors are a state dict as they are.
std::string choose_key(const std::vector<Tensor>& tensors, const std::string& path) {
  const auto counts = count_parts(tensors);
  const auto candidates = candidates_of(counts);
  if (candidates.empty()) return {};
  const bool has_rivals =
      std::ranges::any_of(candidates, is_rival) || !is_in(kModels, candidates[0]);
  if (candidates.size() > 1 && has_rivals) {
    throw_user(concat(path, ": holds several models: ", list_of(counts, candidates)),
               "name one with --weights-key");
  }
  // A script may have put its checkpoint into a dictionary once more.
  const std::string key(candidates[0]);
  std::vector<Tensor> inner;
  for (const Tensor& tensor : tensors) {
    if (tensor.name.starts_with(key + "."))
      inner.push_back({tensor.name.substr(key.size() + 1), "", 0});
  }
  const std::string inner_key = choose_key(inner, path);
  return inner_key.empty() ? key : concat(key, ".", inner_key);
}

}  // namespace

ModelPart find_model(const std::vector<CheckpointEntry>& entries, const std::string& key,
                     const std::string& path) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < entries.size(); ++i)
    tensors.push_back({entries[i].name, entries[i].part, i});
  if (key == ".") return take(tensors, "");
  if (key.empty()) return take(tensors, choose_key(tensors, path));
  ModelPart model = take(tensors, key);
  if (model.tensors.empty()) {
    std::string parts;
    for (std::size_t i = 0; i < model.left_out.size() && i < 12; ++i) {
      parts += concat(i == 0 ? "" : ", ", model.left_out[i]);
    }
    throw_user(concat(path, ": no tensors lie in ", key), concat("it has ", parts));
  }
  return model;
}

}  // namespace yardstick::cli
