#pragma once

namespace yardstick::layers {

// While one lives, the functions of init.h leave parameters unset on this thread. For models that get
// all their weights from a file next: drawing the 300 million of a ViT-L takes longer than loading
// them. Nests.
class UnsetScope {
 public:
  UnsetScope();
  ~UnsetScope();
  UnsetScope(const UnsetScope&) = delete;
  UnsetScope& operator=(const UnsetScope&) = delete;

  static bool is_active();
};

}  // namespace yardstick::layers
