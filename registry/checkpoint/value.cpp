#include "registry/checkpoint/value.h"

#include <yardstick/error.h>

namespace yardstick::checkpoint {
namespace {

// A hundred times what the largest published training checkpoints hold; about half a gigabyte.
constexpr std::size_t kMaxNodes = 4'000'000;
constexpr std::uint64_t kMaxCopiedItems = 64'000'000;

}  // namespace

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
  if (charged_ > kMaxCopiedItems) throw_data("expands to far more than its size");
}

}  // namespace yardstick::checkpoint
