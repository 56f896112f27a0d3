#include "models/layers/tap_scope.h"

namespace yardstick::layers {

TapScope TapScope::in(std::string_view child) const {
  TapScope scope(tap_);
  if (tap_ != nullptr) {
    scope.name_ = name_;
    if (!name_.empty()) scope.name_ += '.';
    scope.name_ += child;
  }
  return scope;
}

TapScope TapScope::in(std::string_view list, std::int64_t index) const {
  TapScope scope = in(list);
  if (tap_ != nullptr) {
    scope.name_ += '.';
    scope.name_ += std::to_string(index);
  }
  return scope;
}

void TapScope::record(const at::Tensor& value) const {
  if (tap_ != nullptr) tap_->record(name_, value);
}

void TapScope::record(std::string_view child, const at::Tensor& value) const {
  if (tap_ != nullptr) in(child).record(value);
}

}  // namespace yardstick::layers
