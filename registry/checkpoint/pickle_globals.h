#pragma once

#include "registry/checkpoint/value.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace yardstick::checkpoint {

// What the names in a checkpoint's pickle stand for, as plain data: tensors and storages of
// PyTorch, ordered dictionaries, sets, sizes, devices, dtypes, numpy scalars, argparse namespaces.
// Any other name is refused. Messages are without position; the reader adds it.
class Globals {
 public:
  explicit Globals(Arena& arena) : arena_(arena) {}

  // A kGlobal (or, for a dtype, its name) for "module name"; throws Data where it is not allowed.
  Value* find(const std::string& module, const std::string& name);
  // What calling `callee` with the tuple `arguments` gives.
  Value* call(const Value& callee, const Value& arguments);
  // What object.__setstate__(state) would do, where that is data.
  void build(Value& object, const Value& state);
  // The storage behind ("storage", type, key, location, elements).
  Value* storage(const Value& id);

 private:
  Value* rebuild_tensor(const Value& arguments, const Value* dtype);
  Value* numpy_scalar(const Value& arguments);
  Value* encode(const Value& arguments);
  Value* dictionary(const Value& arguments);

  Arena& arena_;
  std::unordered_map<std::string, Storage*> storages_;
};

}  // namespace yardstick::checkpoint
