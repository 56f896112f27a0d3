#include "models/checkpoint/mapped_weights.h"

#include <yardstick/check.h>

#include <algorithm>
#include <utility>

namespace yardstick {
namespace {

// The first name at or after `prefix` in a sorted map starts with it, or none does.
template <typename Map>
bool any_starts_with(const Map& map, std::string_view prefix) {
  const auto first = map.lower_bound(std::string(prefix));
  return first != map.end() && first->first.starts_with(prefix);
}

}  // namespace

MappedWeights::MappedWeights(const TensorMap& file, const TensorMap& model) : model_(model) {
  for (const auto& [name, tensor] : file) items_.emplace(name, Item{tensor, /*file_name=*/name});
}

bool MappedWeights::has(std::string_view name) const { return items_.contains(name); }

bool MappedWeights::has_any(std::string_view prefix) const {
  return any_starts_with(items_, prefix);
}

bool MappedWeights::model_has_any(std::string_view prefix) const {
  return any_starts_with(model_, prefix);
}

const at::Tensor& MappedWeights::tensor(std::string_view name) const {
  const auto found = items_.find(name);
  YS_CHECK(found != items_.end(), name);
  return found->second.tensor;
}

const at::Tensor* MappedWeights::wanted(std::string_view name) const {
  const auto found = model_.find(std::string(name));
  return found == model_.end() ? nullptr : &found->second;
}

void MappedWeights::strip_wrappers(std::span<const std::string_view> wrappers) {
  const auto is_wrapper = [&](std::string_view wrapper) {
    return has_any(wrapper) && !model_has_any(wrapper);
  };
  for (auto found = std::ranges::find_if(wrappers, is_wrapper); found != wrappers.end();
       found = std::ranges::find_if(wrappers, is_wrapper)) {
    rename_prefix(*found, "");
  }
}

void MappedWeights::rename_prefix(std::string_view from, std::string_view to) {
  rename([&](const std::string& name) {
    return name.starts_with(from) ? std::string(to) + name.substr(from.size()) : name;
  });
}

void MappedWeights::rename(const std::function<std::string(const std::string&)>& new_name) {
  std::map<std::string, Item, std::less<>> renamed;
  for (auto& [name, item] : items_) {
    const std::string file_name = item.file_name;
    const auto [at, is_new] = renamed.emplace(new_name(name), std::move(item));
    if (!is_new) {
      throw_data(concat("tensors ", at->second.file_name, " and ", file_name,
                        " of the checkpoint are both ", at->first, " of the model"));
    }
  }
  items_ = std::move(renamed);
}

void MappedWeights::reshape(std::string_view name, at::Tensor tensor) {
  const auto found = items_.find(name);
  YS_CHECK(found != items_.end(), name);
  YS_CHECK(tensor.numel() == found->second.tensor.numel(), tensor.sizes());
  found->second.tensor = std::move(tensor);
}

void MappedWeights::resize(std::string_view name, at::Tensor tensor) {
  const auto found = items_.find(name);
  YS_CHECK(found != items_.end(), name);
  found->second.tensor = std::move(tensor);
  found->second.is_resized = true;
}

void MappedWeights::ignore(std::string_view prefix) {
  for (auto at = items_.lower_bound(prefix); at != items_.end() && at->first.starts_with(prefix);) {
    ignored_.push_back(at->second.file_name);
    at = items_.erase(at);
  }
}

void MappedWeights::keep_own(std::string_view prefix) {
  for (auto at = items_.lower_bound(prefix); at != items_.end() && at->first.starts_with(prefix);) {
    if (!model_.contains(at->first)) ignored_.push_back(at->second.file_name);
    at = items_.erase(at);
  }
  for (const auto& [name, tensor] : model_) {
    if (name.starts_with(prefix))
      items_.emplace(name, Item{tensor, /*file_name=*/"", /*is_resized=*/false, /*is_own=*/true});
  }
}

void MappedWeights::keep_own_unless_fitting(std::string_view prefix) {
  std::size_t fitting = 0;
  std::size_t wanted = 0;
  for (const auto& [name, tensor] : model_) {
    if (!name.starts_with(prefix)) continue;
    ++wanted;
    const auto found = items_.find(name);
    if (found != items_.end() && found->second.tensor.sizes() == tensor.sizes()) ++fitting;
  }
  const auto is_there = [&](const auto& item) { return item.first.starts_with(prefix); };
  const auto given = static_cast<std::size_t>(std::ranges::count_if(items_, is_there));
  if (fitting != wanted || fitting != given) keep_own(prefix);
}

LoadReport MappedWeights::load_into(torch::nn::Module& module, WeightsMemory memory) && {
  for (const std::string_view added : kMethodModules) {
    if (!has_any(added)) keep_own(added);
  }
  TensorMap tensors;
  for (const auto& [name, item] : items_) tensors.emplace(name, item.tensor);
  LoadReport report = load_state(module, tensors, memory);

  std::vector<std::string> matched;
  for (std::string& name : report.matched) {
    const Item& item = items_.find(name)->second;
    if (item.is_own) {
      report.reset.push_back(std::move(name));
    } else if (item.is_resized) {
      report.resized.push_back(std::move(name));
    } else if (item.file_name != name) {
      report.renamed.emplace_back(item.file_name, std::move(name));
    } else {
      matched.push_back(std::move(name));
    }
  }
  report.matched = std::move(matched);
  for (std::string& name : report.unexpected) name = items_.find(name)->second.file_name;
  report.ignored = std::move(ignored_);
  return report;
}

void require_same_classes(const MappedWeights& weights, std::string_view name) {
  const at::Tensor* wanted = weights.wanted(name);
  if (wanted == nullptr || !weights.has(name)) return;
  const at::Tensor& found = weights.tensor(name);
  if (found.dim() < 1 || wanted->dim() < 1 || found.size(0) == wanted->size(0)) return;
  throw_data(concat("the checkpoint's classifier ", name, " has ", found.size(0),
                    " classes, the model's ", wanted->size(0)),
             concat("build the model with classes=", found.size(0),
                    ", or reset the head to train a new one"));
}

}  // namespace yardstick
