#include "registry/checkpoint/torch_file.h"

#include "registry/checkpoint/pickle.h"
#include "registry/checkpoint/printable.h"
#include "registry/checkpoint/zip_directory.h"

#include <yardstick/error.h>

#include <cstring>
#include <map>
#include <string_view>
#include <utility>

namespace yardstick::checkpoint {
namespace {

using Kind = Value::Kind;

constexpr std::string_view kZipStart = "PK\x03\x04";
// torch.save before 1.6 starts with this number as a pickle: PROTO 2, LONG1 of ten bytes.
constexpr std::string_view kLegacyStart =
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyProtocol = 1001;

}  // namespace

bool TorchFile::is_one(std::string_view bytes) {
  return bytes.starts_with(kZipStart) || bytes.starts_with(kLegacyStart);
}

TorchFile::TorchFile(std::string_view bytes, const std::string& path)
    : bytes_(bytes), path_(path), arena_(bytes.size()) {
  if (bytes_.starts_with(kZipStart)) {
    read_zip();
  } else {
    read_legacy();
  }
}

void TorchFile::read_zip() {
  format_ = Format::kZip;
  const std::map<std::string, ZipEntry> members = read_zip_directory(bytes_, path_);

  std::string root;
  bool is_found = false;
  for (const auto& [name, entry] : members) {
    if (name.ends_with("/data.pkl") && name.find('/') == name.size() - 9) {
      if (is_found) throw_data(concat(path_, ": holds two data.pkl"));
      root = name.substr(0, name.size() - 8);
      is_found = true;
    }
  }
  if (!is_found) {
    throw_data(
        concat(path_, ": is a zip archive without data.pkl, so torch.save did not write it"));
  }
  if (members.contains(root + "constants.pkl")) {
    throw_data(concat(path_, ": is a TorchScript archive, which holds code"),
               "save its state_dict() with torch.save");
  }
  if (const auto order = members.find(root + "byteorder"); order != members.end()) {
    if (bytes_.substr(order->second.data_offset, order->second.bytes) != "little") {
      throw_data(concat(path_, ": was written on a big-endian machine"));
    }
  }

  const ZipEntry& pickle = members.at(root + "data.pkl");
  PickleReader reader(bytes_, path_, arena_);
  root_ = reader.read(pickle.data_offset, pickle.data_offset + pickle.bytes);
  for (Storage& storage : arena_.storages()) {
    const auto member = members.find(root + "data/" + storage.key);
    if (member == members.end()) {
      throw_data(concat(path_, ": the bytes of storage ", printable(storage.key), " are missing"));
    }
    if (member->second.bytes < storage.bytes) {
      throw_data(concat(path_, ": storage ", printable(storage.key), " at offset ",
                        member->second.data_offset, " has ", member->second.bytes, " bytes, not ",
                        storage.bytes));
    }
    storage.file_offset = member->second.data_offset;
  }
}

void TorchFile::read_legacy() {
  format_ = Format::kLegacy;
  PickleReader reader(bytes_, path_, arena_);
  const auto next = [&] { return reader.read(reader.end_offset(), bytes_.size()); };

  next();  // the magic number, which is_one has seen
  const Value* protocol = next();
  if (protocol->kind != Kind::kInt || protocol->integer != kLegacyProtocol) {
    throw_data(concat(path_, ": is not of torch.save's protocol 1001"));
  }
  const Value* system = next();
  for (std::size_t i = 0; i + 1 < system->items.size(); i += 2) {
    if (system->items[i]->text == "little_endian" && system->items[i + 1]->integer == 0) {
      throw_data(concat(path_, ": was written on a big-endian machine"));
    }
  }
  root_ = next();

  // Then the keys, and for each its element count and its bytes, in the keys' order.
  const Value* keys = next();
  if (keys->kind != Kind::kList) throw_data(concat(path_, ": lacks the list of storages"));
  std::map<std::string, Storage*> known;
  for (Storage& storage : arena_.storages()) known[storage.key] = &storage;
  std::uint64_t at = reader.end_offset();
  for (const Value* key : keys->items) {
    const auto storage = known.find(key->text);
    if (storage == known.end())
      throw_data(concat(path_, ": holds the unknown storage ", printable(key->text)));
    if (bytes_.size() - at < 8 || bytes_.size() - at - 8 < storage->second->bytes) {
      throw_data(concat(path_, ": storage ", printable(key->text), " at offset ", at,
                        " is cut off (truncated?)"));
    }
    std::uint64_t elements = 0;
    std::memcpy(&elements, bytes_.data() + at, 8);
    if (elements != storage->second->bytes / element_bytes(storage->second->dtype)) {
      throw_data(concat(path_, ": storage ", printable(key->text), " at offset ", at,
                        " has another size"));
    }
    storage->second->file_offset = at + 8;
    at += 8 + storage->second->bytes;
    known.erase(storage);
  }
  if (!known.empty()) {
    throw_data(
        concat(path_, ": the bytes of storage ", printable(known.begin()->first), " are missing"));
  }
}

std::vector<NamedTensor> TorchFile::tensors() const {
  return ObjectGraph(*root_, path_, bytes_.size()).tensors();
}

std::string TorchFile::metadata_json() const {
  return ObjectGraph(*root_, path_, bytes_.size()).metadata_json();
}

}  // namespace yardstick::checkpoint
