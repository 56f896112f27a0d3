#include <yardstick/check.h>
#include <yardstick/checkpoint.h>
#include <yardstick/error.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "registry/checkpoint/torch_file.h"
#include "registry/checkpoint/torch_writer.h"

namespace yardstick {
namespace {

using checkpoint::Dtype;
using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<Dtype, at::ScalarType>, 14> kTypes = {{
    {Dtype::kFloat64, at::kDouble},
    {Dtype::kFloat32, at::kFloat},
    {Dtype::kFloat16, at::kHalf},
    {Dtype::kBFloat16, at::kBFloat16},
    {Dtype::kFloat8E4M3, at::kFloat8_e4m3fn},
    {Dtype::kFloat8E5M2, at::kFloat8_e5m2},
    {Dtype::kInt64, at::kLong},
    {Dtype::kInt32, at::kInt},
    {Dtype::kInt16, at::kShort},
    {Dtype::kInt8, at::kChar},
    {Dtype::kUInt8, at::kByte},
    {Dtype::kBool, at::kBool},
    {Dtype::kComplex64, at::kComplexFloat},
    {Dtype::kComplex128, at::kComplexDouble},
}};

at::ScalarType scalar_type(Dtype dtype) {
  for (const auto& [ours, theirs] : kTypes) {
    if (ours == dtype) return theirs;
  }
  YS_CHECK(false, static_cast<int>(dtype));
  return at::kFloat;
}

Dtype dtype_of(at::ScalarType type, const std::string& name) {
  for (const auto& [ours, theirs] : kTypes) {
    if (theirs == type) return ours;
  }
  throw_data(concat("tensor ", name, " has a dtype that checkpoints do not hold"));
}

// Bytes of each storage, mapped, or copied once where elements would lie unaligned.
class StorageBytes {
 public:
  explicit StorageBytes(std::shared_ptr<checkpoint::MappedFile> file) : file_(std::move(file)) {}

  char* at(const checkpoint::Storage& storage, std::size_t alignment) {
    char* mapped = file_->data() + storage.file_offset;
    if (reinterpret_cast<std::uintptr_t>(mapped) % alignment == 0) return mapped;
    auto& copy = copies_[&storage];
    if (!copy) {
      copy = std::make_unique<std::vector<std::max_align_t>>(storage.bytes / sizeof(std::max_align_t) + 1);
      std::memcpy(copy->data(), mapped, storage.bytes);
    }
    return reinterpret_cast<char*>(copy->data());
  }

 private:
  std::shared_ptr<checkpoint::MappedFile> file_;
  std::map<const checkpoint::Storage*, std::unique_ptr<std::vector<std::max_align_t>>> copies_;
};

Checkpoint read_torch(std::shared_ptr<checkpoint::MappedFile> mapped) {
  const checkpoint::TorchFile file(std::move(mapped));
  Checkpoint result;
  result.format = file.format() == checkpoint::TorchFile::Format::kZip ? CheckpointFormat::kTorchZip
                                                                       : CheckpointFormat::kTorchLegacy;
  result.metadata = file.metadata_json();
  const auto bytes = std::make_shared<StorageBytes>(file.file());
  for (const auto& [name, view] : file.tensors()) {
    const at::ScalarType type = scalar_type(view->dtype);
    const std::size_t element = checkpoint::element_bytes(view->dtype);
    at::Tensor tensor;
    if (view->storage->bytes == 0) {
      tensor = at::empty(view->shape, at::TensorOptions().dtype(type));
    } else {
      char* data = bytes->at(*view->storage, element) + view->offset * element;
      tensor = at::from_blob(data, view->shape, view->strides, [bytes](void*) {},
                             at::TensorOptions().dtype(type));
    }
    result.tensors.emplace(name, std::move(tensor));
  }
  return result;
}

// {"metadata": ..., "weight_map": {"name": "model-00001-of-00002.safetensors", ...}}
Checkpoint read_shards(const checkpoint::MappedFile& index) {
  const std::string& path = index.path();
  const Json json = Json::parse(index.data(), index.data() + index.bytes(), nullptr, false);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()) {
    throw_data(concat(path, ": is no index of shards: it lacks weight_map"));
  }
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  Checkpoint result;
  result.format = CheckpointFormat::kShardedSafetensors;
  std::map<std::string, TensorMap> shards;
  for (const auto& [name, file] : json["weight_map"].items()) {
    if (!file.is_string()) throw_data(concat(path, ": weight_map: ", name, " names no file"));
    const auto shard = file.get<std::string>();
    if (shard.find('/') != std::string::npos) {
      throw_data(concat(path, ": the shard ", shard, " is not beside its index"));
    }
    if (!shards.contains(shard)) shards[shard] = read_safetensors(folder + shard).tensors;
    const auto found = shards[shard].find(name);
    if (found == shards[shard].end()) throw_data(concat(folder, shard, ": lacks tensor ", name));
    result.tensors.emplace(name, found->second);
  }
  if (json.contains("metadata")) result.metadata = json["metadata"].dump();
  return result;
}

}  // namespace

std::string_view to_string(CheckpointFormat format) {
  switch (format) {
    case CheckpointFormat::kSafetensors:
      return "safetensors";
    case CheckpointFormat::kShardedSafetensors:
      return "sharded safetensors";
    case CheckpointFormat::kTorchZip:
      return "torch.save (zip)";
    case CheckpointFormat::kTorchLegacy:
      return "torch.save (legacy)";
  }
  return "?";
}

Checkpoint read_checkpoint(const std::string& path) {
  const std::shared_ptr<checkpoint::MappedFile> file = checkpoint::MappedFile::open(path);
  if (checkpoint::TorchFile::is_one(*file)) return read_torch(file);
  if (path.ends_with(".index.json")) return read_shards(*file);
  Checkpoint result;
  TensorFile safetensors = read_safetensors(path);
  result.tensors = std::move(safetensors.tensors);
  result.metadata = Json(safetensors.metadata).dump(-1, ' ', false, Json::error_handler_t::replace);
  return result;
}

void write_torch_checkpoint(const std::string& path, const TensorMap& tensors) {
  std::vector<at::Tensor> kept;
  std::vector<checkpoint::TensorBytes> bytes;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(tensor.detach().to(at::kCPU).contiguous());
    const at::Tensor& flat = kept.back();
    bytes.push_back({name, dtype_of(flat.scalar_type(), name), flat.sizes().vec(), flat.const_data_ptr(),
                     static_cast<std::uint64_t>(flat.numel() * flat.element_size())});
  }
  checkpoint::write_torch_zip(path, bytes);
}

}  // namespace yardstick
