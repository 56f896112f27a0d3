#include "registry/checkpoint/object_graph.h"

#include "registry/checkpoint/printable.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace yardstick::checkpoint {
namespace {

using Kind = Value::Kind;
using Json = nlohmann::json;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxKeyBytes = 1024;
constexpr std::uint64_t kMaxVisits = 4'000'000;
constexpr std::uint64_t kMaxTextBytes = std::uint64_t{256} << 20;

// `free` for any file, then `a_byte` for each of its bytes, up to `most`.
std::uint64_t bound(std::uint64_t free, std::uint64_t a_byte, std::uint64_t file_bytes,
                    std::uint64_t most) {
  return std::min(most, free + a_byte * std::min(file_bytes, most / a_byte));
}

bool is_mapping(const Value& value) {
  return value.kind == Kind::kDict || value.kind == Kind::kObject;
}

bool is_container(const Value& value) {
  return is_mapping(value) || value.kind == Kind::kList || value.kind == Kind::kTuple ||
         value.kind == Kind::kSet;
}

std::string scalar_text(const Value& value) {
  switch (value.kind) {
    case Kind::kText:
      return value.text;
    case Kind::kInt:
      return std::to_string(value.integer);
    case Kind::kBool:
      return value.integer != 0 ? "True" : "False";
    case Kind::kFloat:
      return concat(value.number);
    case Kind::kNone:
      return "None";
    default:
      return "?";
  }
}

}  // namespace

class ObjectGraph::Visit {
 public:
  Visit(ObjectGraph& graph, const Value& value) : graph_(graph), value_(value) {
    if (++graph_.visits_ > graph_.max_visits_) {
      throw_data(concat(graph_.path_, ": expands to far more than its size"));
    }
    if (!graph_.above_.insert(&value).second) {
      throw_data(concat(graph_.path_, ": an object contains itself"));
    }
    if (graph_.above_.size() > kMaxDepth) {
      graph_.above_.erase(&value);
      throw_data(concat(graph_.path_, ": objects nest deeper than ", kMaxDepth));
    }
  }
  ~Visit() { graph_.above_.erase(&value_); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  ObjectGraph& graph_;
  const Value& value_;
};

ObjectGraph::ObjectGraph(const Value& root, const std::string& path, std::uint64_t file_bytes)
    : root_(root),
      path_(path),
      max_visits_(bound(4096, 8, file_bytes, kMaxVisits)),
      max_text_bytes_(bound(1 << 16, 64, file_bytes, kMaxTextBytes)) {}

std::string ObjectGraph::key_of(const Value& key) const {
  std::string text;
  if (key.kind == Kind::kTuple) {
    for (const Value* item : key.items) {
      text += (text.empty() ? "(" : ", ") + scalar_text(*item);
      if (text.size() > kMaxKeyBytes) break;
    }
    text += text.empty() ? "()" : ")";
  } else {
    text = scalar_text(key);
  }
  if (text.size() > kMaxKeyBytes) {
    throw_data(concat(path_, ": a key is longer than ", kMaxKeyBytes, " bytes: ", printable(text)));
  }
  return text;
}

void ObjectGraph::collect(const Value& value, std::string& name, std::size_t part_bytes) {
  if (value.kind == Kind::kTensor) {
    text_bytes_ += name.size();
    if (text_bytes_ > max_text_bytes_ || ++visits_ > max_visits_) {
      throw_data(concat(path_, ": expands to far more than its size"));
    }
    if (!is_utf8(name)) {
      throw_data(concat(path_, ": the name of tensor ", printable(name), " is not UTF-8"));
    }
    if (!names_.insert(name).second) {
      throw_data(concat(path_, ": tensor ", printable(name), " occurs twice"));
    }
    found_.push_back({name, name.substr(0, part_bytes), value.tensor});
    return;
  }
  if (!is_container(value)) return;
  const Visit visit(*this, value);
  const bool has_keys = is_mapping(value);
  const std::size_t step = has_keys ? 2 : 1;
  const std::size_t above = name.size();
  const bool is_root = above_.size() == 1;
  for (std::size_t i = 0; i + step <= value.items.size(); i += step) {
    const Value& item = *value.items[i + step - 1];
    if (item.kind != Kind::kTensor && !is_container(item)) continue;
    if (!is_root) name += '.';
    name += has_keys ? key_of(*value.items[i]) : std::to_string(i);
    const bool is_part = is_root && item.kind != Kind::kTensor;
    collect(item, name, is_part ? name.size() : part_bytes);
    name.resize(above);
  }
}

std::vector<NamedTensor> ObjectGraph::tensors() {
  visits_ = text_bytes_ = 0;
  std::string name;
  collect(root_, name, 0);
  return std::exchange(found_, {});
}

void ObjectGraph::write_text(const std::string& text) {
  text_bytes_ += text.size();
  if (text_bytes_ > max_text_bytes_) {
    throw_data(concat(path_, ": expands to far more than its size"));
  }
  json_ += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool ObjectGraph::write_items(const Value& value, bool has_keys) {
  const Visit visit(*this, value);
  const std::size_t start = json_.size();
  const std::size_t step = has_keys ? 2 : 1;
  std::set<std::string> keys;
  bool is_first = true;
  json_ += has_keys ? '{' : '[';
  for (std::size_t i = 0; i + step <= value.items.size(); i += step) {
    const std::size_t before = json_.size();
    if (!is_first) json_ += ',';
    if (has_keys) {
      const std::string key = key_of(*value.items[i]);
      write_text(key);
      json_ += ':';
      if (!keys.insert(key).second) {
        throw_data(concat(path_, ": the key ", printable(key), " occurs twice in one dictionary"));
      }
    }
    if (write(*value.items[i + step - 1])) {
      is_first = false;
    } else {
      json_.resize(before);
    }
  }
  if (is_first && !value.items.empty()) {
    json_.resize(start);
    return false;
  }
  json_ += has_keys ? '}' : ']';
  return true;
}

bool ObjectGraph::write(const Value& value) {
  if (is_container(value)) return write_items(value, is_mapping(value));
  if (++visits_ > max_visits_) {
    throw_data(concat(path_, ": expands to far more than its size"));
  }
  switch (value.kind) {
    case Kind::kTensor:
    case Kind::kStorage:
      return false;
    case Kind::kBool:
      json_ += value.integer != 0 ? "true" : "false";
      return true;
    case Kind::kInt:
      json_ += std::to_string(value.integer);
      return true;
    case Kind::kFloat:
      json_ += Json(value.number).dump();
      return true;
    case Kind::kText:
    case Kind::kGlobal:
      write_text(value.text);
      return true;
    case Kind::kBytes:
      write_text(concat(value.text.size(), " bytes"));
      return true;
    default:
      json_ += "null";
      return true;
  }
}

std::string ObjectGraph::metadata_json() {
  visits_ = text_bytes_ = 0;
  json_.clear();
  const bool is_object = is_mapping(root_);
  if (!is_object) json_ = "{\"root\":";
  if (!write(root_)) return "{}";
  if (!is_object) json_ += '}';
  return std::exchange(json_, {});
}

}  // namespace yardstick::checkpoint
