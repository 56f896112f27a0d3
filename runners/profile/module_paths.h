#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace torch::nn {
class Module;
}

namespace yardstick {

// A module's path is the names that lead to it, parted by dots: "blocks.3.attn"; "" is the network.

// How many names a path has.
std::size_t path_depth(std::string_view path);
// The first `depth` names of a path.
std::string_view path_prefix(std::string_view path, std::size_t depth);
// True for `path` itself and all that lies below it.
bool is_within(std::string_view path, std::string_view ancestor);
// The deepest module that both lie in.
std::string_view common_ancestor(std::string_view a, std::string_view b);

// Whose parameters are where in memory. Made for one state of a module: moving or casting it makes
// the answers wrong.
class ModulePaths {
 public:
  explicit ModulePaths(torch::nn::Module& module);

  // The module that owns the parameter or buffer `tensor` is, or is a view of; the deepest common
  // one where several share it; null where `tensor` is none.
  const std::string* owner_of(const at::Tensor& tensor) const;

  // True for modules that only number others (a module list, a sequence): they compute nothing of
  // their own.
  bool is_container(std::string_view path) const;

 private:
  std::unordered_map<const c10::StorageImpl*, std::string> owners_;
  std::set<std::string, std::less<>> containers_;
};

}  // namespace yardstick
