#include "registry/checkpoint/torch_file.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "registry/checkpoint/pickle.h"
#include "registry/checkpoint/zip_directory.h"

namespace yardstick::checkpoint {
namespace {

using Kind = Value::Kind;
using Json = nlohmann::ordered_json;

constexpr std::string_view kZipStart = "PK\x03\x04";
// torch.save before 1.6 starts with this number as a pickle: PROTO 2, LONG1 of ten bytes.
constexpr std::string_view kLegacyStart = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyProtocol = 1001;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxVisits = 4'000'000;

std::string_view view_of(const MappedFile& file) { return {file.data(), file.bytes()}; }

// Walks the graph depth first along dictionary keys and list indices. `enter` is called on each node
// with its path and says whether to go further down.
class Walker {
 public:
  using Enter = std::function<bool(const std::string& path, const Value& value)>;

  Walker(const std::string& file, Enter enter) : file_(file), enter_(std::move(enter)) {}

  void walk(const std::string& path, const Value& value) {
    if (++visits_ > kMaxVisits) throw_data(concat(file_, ": expands to far more than its size"));
    if (!enter_(path, value)) return;
    if (!above_.insert(&value).second) {
      throw_data(concat(file_, ": the object at ", path, " contains itself"));
    }
    if (above_.size() > kMaxDepth) throw_data(concat(file_, ": objects nest deeper than ", kMaxDepth));
    const bool is_mapping = value.kind == Kind::kDict || value.kind == Kind::kObject;
    const std::size_t step = is_mapping ? 2 : 1;
    for (std::size_t i = 0; i + step <= value.items.size(); i += step) {
      const std::string key = is_mapping ? key_text(*value.items[i]) : std::to_string(i);
      walk(path.empty() ? key : path + "." + key, *value.items[i + step - 1]);
    }
    above_.erase(&value);
  }

  static std::string key_text(const Value& key) {
    if (key.kind == Kind::kText) return key.text;
    if (key.kind == Kind::kInt) return std::to_string(key.integer);
    return "?";
  }

 private:
  const std::string& file_;
  Enter enter_;
  std::set<const Value*> above_;
  std::size_t visits_ = 0;
};

bool is_container(const Value& value) {
  return value.kind == Kind::kDict || value.kind == Kind::kObject || value.kind == Kind::kList ||
         value.kind == Kind::kTuple || value.kind == Kind::kSet;
}

Json leaf_json(const Value& value) {
  switch (value.kind) {
    case Kind::kBool:
      return value.integer != 0;
    case Kind::kInt:
      return value.integer;
    case Kind::kFloat:
      return value.number;
    case Kind::kText:
    case Kind::kGlobal:
      return value.text;
    case Kind::kBytes:
      return concat(value.text.size(), " bytes");
    default:
      return nullptr;
  }
}

// Requires: Walker has gone over `value`, so that it is finite and shallow.
Json to_json(const Value& value) {
  if (value.kind == Kind::kDict || value.kind == Kind::kObject) {
    Json object = Json::object();
    for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
      if (value.items[i + 1]->kind == Kind::kTensor) continue;
      Json inner = to_json(*value.items[i + 1]);
      // A dictionary of nothing but tensors is a state dict; inspect lists it elsewhere.
      const bool held_tensors = inner.is_object() && inner.empty() && !value.items[i + 1]->items.empty();
      if (!held_tensors) object[Walker::key_text(*value.items[i])] = std::move(inner);
    }
    return object;
  }
  if (is_container(value)) {
    Json list = Json::array();
    for (const Value* item : value.items) {
      if (item->kind != Kind::kTensor) list.push_back(to_json(*item));
    }
    return list;
  }
  return leaf_json(value);
}

}  // namespace

bool TorchFile::is_one(const MappedFile& file) {
  const std::string_view bytes = view_of(file);
  return bytes.starts_with(kZipStart) || bytes.starts_with(kLegacyStart);
}

TorchFile::TorchFile(std::shared_ptr<MappedFile> file) : file_(std::move(file)) {
  if (view_of(*file_).starts_with(kZipStart)) {
    read_zip();
  } else {
    read_legacy();
  }
}

void TorchFile::read_zip() {
  format_ = Format::kZip;
  const std::string& path = file_->path();
  const std::string_view bytes = view_of(*file_);
  const std::map<std::string, ZipEntry> members = read_zip_directory(bytes, path);

  std::string root;
  bool is_found = false;
  for (const auto& [name, entry] : members) {
    if (name.ends_with("/data.pkl") && name.find('/') == name.size() - 9) {
      if (is_found) throw_data(concat(path, ": holds two data.pkl"));
      root = name.substr(0, name.size() - 8);
      is_found = true;
    }
  }
  if (!is_found) {
    throw_data(concat(path, ": is a zip archive without data.pkl, so torch.save did not write it"));
  }
  if (members.contains(root + "constants.pkl")) {
    throw_data(concat(path, ": is a TorchScript archive, which holds code"),
               "save its state_dict() with torch.save");
  }
  if (const auto order = members.find(root + "byteorder"); order != members.end()) {
    if (bytes.substr(order->second.data_offset, order->second.bytes) != "little") {
      throw_data(concat(path, ": was written on a big-endian machine"));
    }
  }

  const ZipEntry& pickle = members.at(root + "data.pkl");
  PickleReader reader(bytes, path, arena_);
  root_ = reader.read(pickle.data_offset, pickle.data_offset + pickle.bytes);
  for (Storage& storage : arena_.storages()) {
    const auto member = members.find(root + "data/" + storage.key);
    if (member == members.end()) {
      throw_data(concat(path, ": the bytes of storage ", storage.key, " are missing"));
    }
    if (member->second.bytes < storage.bytes) {
      throw_data(concat(path, ": storage ", storage.key, " at offset ", member->second.data_offset,
                        " has ", member->second.bytes, " bytes, not ", storage.bytes));
    }
    storage.file_offset = member->second.data_offset;
  }
}

void TorchFile::read_legacy() {
  format_ = Format::kLegacy;
  const std::string& path = file_->path();
  const std::string_view bytes = view_of(*file_);
  PickleReader reader(bytes, path, arena_);
  const auto next = [&] { return reader.read(reader.end_offset(), bytes.size()); };

  next();  // the magic number, which is_one has seen
  const Value* protocol = next();
  if (protocol->kind != Kind::kInt || protocol->integer != kLegacyProtocol) {
    throw_data(concat(path, ": is not of torch.save's protocol 1001"));
  }
  const Value* system = next();
  for (std::size_t i = 0; i + 1 < system->items.size(); i += 2) {
    if (system->items[i]->text == "little_endian" && system->items[i + 1]->integer == 0) {
      throw_data(concat(path, ": was written on a big-endian machine"));
    }
  }
  root_ = next();

  // Then the keys, and for each its element count and its bytes, in the keys' order.
  const Value* keys = next();
  if (keys->kind != Kind::kList) throw_data(concat(path, ": lacks the list of storages"));
  std::map<std::string, Storage*> known;
  for (Storage& storage : arena_.storages()) known[storage.key] = &storage;
  std::uint64_t at = reader.end_offset();
  for (const Value* key : keys->items) {
    const auto storage = known.find(key->text);
    if (storage == known.end()) throw_data(concat(path, ": holds the unknown storage ", key->text));
    if (bytes.size() - at < 8 || bytes.size() - at - 8 < storage->second->bytes) {
      throw_data(concat(path, ": storage ", key->text, " at offset ", at, " is cut off (truncated?)"));
    }
    std::uint64_t elements = 0;
    std::memcpy(&elements, bytes.data() + at, 8);
    if (elements != storage->second->bytes / element_bytes(storage->second->dtype)) {
      throw_data(concat(path, ": storage ", key->text, " at offset ", at, " has another size"));
    }
    storage->second->file_offset = at + 8;
    at += 8 + storage->second->bytes;
    known.erase(storage);
  }
  if (!known.empty()) {
    throw_data(concat(path, ": the bytes of storage ", known.begin()->first, " are missing"));
  }
}

std::vector<std::pair<std::string, const TensorView*>> TorchFile::tensors() const {
  std::vector<std::pair<std::string, const TensorView*>> found;
  std::set<std::string> names;
  Walker(file_->path(), [&](const std::string& path, const Value& value) {
    if (value.kind == Kind::kTensor) {
      if (!names.insert(path).second) {
        throw_data(concat(file_->path(), ": tensor ", path, " occurs twice"));
      }
      found.emplace_back(path, value.tensor);
    }
    return is_container(value);
  }).walk("", *root_);
  return found;
}

std::string TorchFile::metadata_json() const {
  Walker(file_->path(), [](const std::string&, const Value& value) {
    return is_container(value);
  }).walk("", *root_);
  return to_json(*root_).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace yardstick::checkpoint
