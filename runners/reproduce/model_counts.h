#pragma once

#include "runners/mac_counter.h"

#include <yardstick/model.h>

namespace yardstick {

enum class CountBy {
  // On LibTorch's meta device, where tensors have shapes and no data: the calls are those of a real
  // run, and the largest model takes no time and no memory. Weights may be unset; the model's
  // tensors are without data afterwards.
  kShapes,
  kRunning  // one forward pass on the CPU
};

// What one input of the model's own size costs in evaluation mode. Throws c10::Error where an
// operator cannot be run so: kShapes meets some that LibTorch has no shape function for.
MacCount count_model(Model& model, CountBy by);

}  // namespace yardstick
