#include "registry/checkpoint/value.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick::checkpoint {
namespace {

// A hundred times what the largest published training checkpoints hold; about half a gigabyte.
constexpr std::size_t kMaxNodes = 4'000'000;
constexpr std::uint64_t kMaxCopiedItems = 64'000'000;
// A file that copies everything that it holds eight times over is not one that a person saved.
constexpr std::uint64_t kCopiesOfAByte = 8;
constexpr std::uint64_t kFreeCopies = 4096;

}  // namespace

Arena::Arena(std::uint64_t file_bytes)
    : max_charged_(kFreeCopies +
                   kCopiesOfAByte * std::min(file_bytes, kMaxCopiedItems / kCopiesOfAByte)) {}

Value* Arena::make(Value::Kind kind) {
  if (values_.size() >= kMaxNodes) {
    throw_data(concat("describes more than ", kMaxNodes, " objects"));
  }
  values_.emplace_back();
  values_.back().kind = kind;
  return &values_.back();
}

void Arena::charge(std::uint64_t items) {
  charged_ += items;
  if (charged_ > max_charged_) throw_data("expands to far more than its size");
}

}  // namespace yardstick::checkpoint
