#include "runners/profile/module_paths.h"

#include <yardstick/weights.h>

#include <algorithm>
#include <map>

namespace yardstick {
namespace {

bool is_number(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view parent_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

}  // namespace

std::size_t path_depth(std::string_view path) {
  if (path.empty()) return 0;
  return 1 + static_cast<std::size_t>(std::count(path.begin(), path.end(), '.'));
}

std::string_view path_prefix(std::string_view path, std::size_t depth) {
  if (depth == 0) return {};
  std::size_t end = 0;
  for (std::size_t names = 0; names < depth; ++names) {
    end = path.find('.', names == 0 ? 0 : end + 1);
    if (end == std::string_view::npos) return path;
  }
  return path.substr(0, end);
}

bool is_within(std::string_view path, std::string_view ancestor) {
  return ancestor.empty() || path == ancestor ||
         (path.starts_with(ancestor) && path[ancestor.size()] == '.');
}

std::string_view common_ancestor(std::string_view a, std::string_view b) {
  while (!is_within(b, a)) a = parent_of(a);
  return a;
}

ModulePaths::ModulePaths(torch::nn::Module& module) {
  enum class Children { kNumbered, kNamed };
  std::map<std::string, Children, std::less<>> parents;
  for (const auto& [name, tensor] : state_of(module)) {
    const std::string_view owner = parent_of(name);
    if (tensor.defined() && tensor.has_storage()) {
      const auto [place, is_new] =
          owners_.try_emplace(tensor.storage().unsafeGetStorageImpl(), owner);
      if (!is_new) place->second = std::string(common_ancestor(place->second, owner));
    }
    for (std::string_view path = name; !path.empty(); path = parent_of(path)) {
      const std::string_view parent = parent_of(path);
      const std::string_view last = path.substr(parent.empty() ? 0 : parent.size() + 1);
      const bool is_module = path.size() < name.size();
      const Children kind = is_module && is_number(last) ? Children::kNumbered : Children::kNamed;
      const auto [place, is_new] = parents.try_emplace(std::string(parent), kind);
      if (kind == Children::kNamed) place->second = Children::kNamed;
    }
  }
  for (const auto& [path, children] : parents) {
    if (children == Children::kNumbered) containers_.insert(path);
  }
}

const std::string* ModulePaths::owner_of(const at::Tensor& tensor) const {
  if (!tensor.defined() || !tensor.has_storage()) return nullptr;
  const auto found = owners_.find(tensor.storage().unsafeGetStorageImpl());
  return found == owners_.end() ? nullptr : &found->second;
}

bool ModulePaths::is_container(std::string_view path) const { return containers_.contains(path); }

}  // namespace yardstick
