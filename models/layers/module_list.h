#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

namespace yardstick::layers {

// Modules of one type, named 0, 1, ... as torch.nn.ModuleList names them.
template <typename T>
class ModuleList : public torch::nn::Module {
 public:
  void push_back(std::shared_ptr<T> module) {
    register_module(std::to_string(modules_.size()), module);
    modules_.push_back(std::move(module));
  }

  std::size_t size() const noexcept { return modules_.size(); }
  const T& operator[](std::size_t i) const { return *modules_[i]; }
  auto begin() const noexcept { return modules_.begin(); }
  auto end() const noexcept { return modules_.end(); }

 private:
  std::vector<std::shared_ptr<T>> modules_;
};

}  // namespace yardstick::layers
