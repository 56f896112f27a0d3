#pragma once

#include <yardstick/model.h>

#include <string>
#include <string_view>

namespace yardstick::test {

// Keeps a copy of every activation by its name.
class KeepingTap final : public ActivationTap {
 public:
  void record(std::string_view name, const at::Tensor& value) override {
    values_.insert_or_assign(std::string(name), value.detach().clone());
  }
  // Throws std::out_of_range where nothing was recorded under that name.
  const at::Tensor& operator[](const std::string& name) const { return values_.at(name); }

 private:
  TensorMap values_;
};

}  // namespace yardstick::test
