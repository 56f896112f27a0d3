#pragma once

#include <yardstick/model.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace yardstick::layers {

// Where a module stands in its network while activations are recorded: a tap and the module's
// official name. Without a tap nothing is recorded and no name is built.
class TapScope {
 public:
  TapScope() = default;
  // The network itself, whose children's names have no prefix. `tap` may be null and must outlive
  // the scope.
  explicit TapScope(ActivationTap* tap) : tap_(tap) {}

  // True where activations are recorded, and so must not be overwritten in place.
  explicit operator bool() const noexcept { return tap_ != nullptr; }

  // The scope of a child: "blocks.0" -> "blocks.0.attn".
  TapScope in(std::string_view child) const;
  TapScope in(std::string_view list, std::int64_t index) const;

  // The module's own output.
  void record(const at::Tensor& value) const;
  // The output of a child that has no scope of its own.
  void record(std::string_view child, const at::Tensor& value) const;

 private:
  ActivationTap* tap_ = nullptr;
  std::string name_;
};

}  // namespace yardstick::layers
