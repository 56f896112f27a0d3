#pragma once

#include <yardstick/task.h>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <exception>
#include <map>
#include <string>
#include <vector>

namespace yardstick {

// A batch while it is being filled. Threads write disjoint rows of `pixels`; all else is guarded by
// the loader's lock until `remaining` is 0.
struct BatchSlot {
  at::Tensor input;
  float* pixels = nullptr;                  // input's data
  std::vector<std::int64_t> indices;        // dataset positions, row by row
  std::int64_t remaining = 0;               // rows not yet decoded
  std::map<std::int64_t, std::string> bad;  // row to reason
  std::exception_ptr failure;               // what no policy skips, as memory running out
};

// Hands out input tensors and takes back those that nobody else holds any more, so that their pages
// stay warm. Pinned ones are left to LibTorch's caching allocator, which knows when copies are
// done.
class InputPool {
 public:
  InputPool(std::int64_t side_px, bool is_pinned) : side_px_(side_px), is_pinned_(is_pinned) {}

  // Uninitialised float32 [rows, 3, side_px, side_px]. Throws Environment where there is no memory,
  // or none that can be pinned.
  at::Tensor take(std::int64_t rows);
  // Notes that `input` was given to a caller, who may keep it as long as needed.
  void lend(const at::Tensor& input);

 private:
  std::int64_t side_px_;
  bool is_pinned_;
  std::vector<at::Tensor> lent_;
};

// Closes up `slot` over its bad rows and makes a batch of the others. `targets` are the classes of
// the rows in slot.indices, or null.
Batch to_batch(BatchSlot& slot, const std::vector<std::int64_t>* targets);

}  // namespace yardstick
