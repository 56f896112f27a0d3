#pragma once

#include "registry/checkpoint/dtype.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace yardstick::checkpoint {

// Where a storage's bytes are: filled in once the archive around the pickle is known.
struct Storage {
  std::string key;
  Dtype dtype = Dtype::kUInt8;    // kUInt8 for an untyped one
  std::uint64_t bytes = 0;        // as the pickle claims
  std::uint64_t file_offset = 0;  // of the first byte in the file
};

// A strided view of a storage, in elements of `dtype`.
struct TensorView {
  const Storage* storage = nullptr;
  Dtype dtype = Dtype::kFloat32;
  std::uint64_t offset = 0;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

// What a pickle describes, as plain data. Children are owned by the Arena; the graph may share
// nodes and, in a hostile file, contain itself.
struct Value {
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,  // also dtypes and devices, by name
    kBytes,
    kList,
    kTuple,
    kDict,  // `items` alternate key and value
    kSet,
    kTensor,
    kStorage,
    kObject,  // an argparse.Namespace: `items` as in kDict
    kGlobal,  // an allowed name that has not been called
  };

  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  // kBool, kInt
  double number = 0;         // kFloat
  std::string text;          // kText, kBytes, kGlobal ("module name")
  std::vector<Value*> items;
  const TensorView* tensor = nullptr;
  const Storage* storage = nullptr;
};

// Owns every node of one file. Nodes do not own one another, so that neither a cycle nor a nesting
// of a million lists matters when it is destroyed. What a file can expand to is bounded, by its
// size and absolutely.
class Arena {
 public:
  explicit Arena(std::uint64_t file_bytes);

  // Throws Data past the bound.
  Value* make(Value::Kind kind);
  Storage* make_storage() { return &storages_.emplace_back(); }
  TensorView* make_tensor() { return &tensors_.emplace_back(); }
  std::deque<Storage>& storages() { return storages_; }

  // Counts `items` copied from one node to another; throws Data past the bound.
  void charge(std::uint64_t items);

 private:
  std::deque<Value> values_;
  std::deque<Storage> storages_;
  std::deque<TensorView> tensors_;
  std::uint64_t charged_ = 0;
  std::uint64_t max_charged_;
};

}  // namespace yardstick::checkpoint
