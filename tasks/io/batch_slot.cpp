#include "tasks/io/batch_slot.h"

#include <yardstick/error.h>

#include <ATen/Functions.h>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

namespace yardstick {
namespace {

at::Tensor to_tensor(const std::vector<std::int64_t>& values) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
  return tensor;
}

}  // namespace

at::Tensor InputPool::take(std::int64_t rows) {
  constexpr std::size_t kMaxLent = 8;
  for (std::size_t i = 0; i < lent_.size(); ++i) {
    // Handles to the same tensor count on the tensor, views of it on its storage.
    const bool is_free = lent_[i].use_count() == 1 && lent_[i].storage().use_count() == 1;
    if (!is_free || lent_[i].size(0) != rows) continue;
    at::Tensor tensor = std::move(lent_[i]);
    lent_.erase(lent_.begin() + static_cast<std::ptrdiff_t>(i));
    return tensor;
  }
  if (lent_.size() > kMaxLent) lent_.erase(lent_.begin());
  try {
    return at::empty({rows, 3, side_px_, side_px_},
                     at::TensorOptions().dtype(at::kFloat).pinned_memory(is_pinned_));
  } catch (const c10::Error& error) {
    if (is_pinned_) {
      throw_environment("no pinned memory: this needs a GPU and a LibTorch built with CUDA",
                        "run without pinned memory");
    }
    throw_environment(
        concat("no memory for a batch of ", rows, " images: ", error.what_without_backtrace()),
        "use a smaller batch or fewer prefetched batches");
  }
}

void InputPool::lend(const at::Tensor& input) {
  if (!is_pinned_) lent_.push_back(input);
}

Batch to_batch(BatchSlot& slot, const std::vector<std::int64_t>* targets) {
  const std::int64_t rows = slot.input.size(0);
  const std::int64_t row_size = slot.input.numel() / std::max<std::int64_t>(rows, 1);
  std::vector<std::int64_t> indices;
  std::vector<std::int64_t> classes;
  std::int64_t kept = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (slot.bad.contains(row)) continue;
    if (kept != row)
      std::copy_n(slot.pixels + row * row_size, row_size, slot.pixels + kept * row_size);
    indices.push_back(slot.indices[row]);
    if (targets != nullptr) classes.push_back((*targets)[row]);
    ++kept;
  }
  Batch batch;
  batch.input = kept == rows ? slot.input : slot.input.narrow(0, 0, kept);
  batch.indices = to_tensor(indices);
  if (targets != nullptr) batch.targets = to_tensor(classes);
  return batch;
}

}  // namespace yardstick
