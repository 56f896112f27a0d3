#pragma once

#include <yardstick/export.h>

namespace yardstick {

// While one lives, load_state on this thread has parameters share the memory of the weights that it
// is given, wherever dtype, shape and strides are the same, instead of copying it. For weights that
// are views of a mapped file: they are then ready as soon as the file is open, and its pages are
// read when they are used. Nests.
class YS_API AdoptScope {
 public:
  AdoptScope();
  ~AdoptScope();
  AdoptScope(const AdoptScope&) = delete;
  AdoptScope& operator=(const AdoptScope&) = delete;

  static bool is_active();
};

}  // namespace yardstick
