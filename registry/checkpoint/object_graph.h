#pragma once

#include "registry/checkpoint/value.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace yardstick::checkpoint {

struct NamedTensor {
  std::string name;  // keys and indices that lead to it, dotted: "model.head.weight"
  std::string part;  // the first of them where it is one of several: "model"; else ""
  const TensorView* view = nullptr;
};

// What a pickle's objects say, gone over depth first. A hostile graph may contain itself, share one
// object a billion times over or nest without end: each is refused. Throws Data, naming `path`.
class ObjectGraph {
 public:
  // `root` and `path` outlive it.
  ObjectGraph(const Value& root, const std::string& path, std::uint64_t file_bytes);

  // Every tensor, in the file's order. No two have one name.
  std::vector<NamedTensor> tensors();
  // Everything else, as a JSON object: {"epoch": 299, "args": {...}}. A root that is no dictionary
  // is put under "root".
  std::string metadata_json();

 private:
  class Visit;  // one object on the way down

  void collect(const Value& value, std::string& name, std::size_t part_bytes);
  bool write(const Value& value);  // false, and nothing written, where it holds tensors alone
  bool write_items(const Value& value, bool is_mapping);
  void write_text(const std::string& text);
  std::string key_of(const Value& key) const;

  const Value& root_;
  const std::string& path_;
  std::uint64_t max_visits_;
  std::uint64_t max_text_bytes_;
  std::uint64_t visits_ = 0;
  std::uint64_t text_bytes_ = 0;
  std::set<const Value*> above_;
  std::set<std::string> names_;
  std::vector<NamedTensor> found_;
  std::string json_;
};

}  // namespace yardstick::checkpoint
