#pragma once

#include <yardstick/model.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yardstick {

// Keeps the activations whose names are in a list, without their graphs; of those recorded twice
// the last.
class WantedActivations final : public ActivationTap {
 public:
  // `wanted` must outlive the tap.
  explicit WantedActivations(const std::vector<std::string>& wanted) : wanted_(wanted) {}

  void record(std::string_view name, const at::Tensor& value) override {
    if (std::ranges::find(wanted_, name) != wanted_.end()) {
      found_.insert_or_assign(std::string(name), value.detach());
    }
  }

  TensorMap take() && { return std::move(found_); }

 private:
  const std::vector<std::string>& wanted_;
  TensorMap found_;
};

}  // namespace yardstick
