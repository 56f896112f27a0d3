#include "registry/checkpoint/printable.h"
#include "registry/checkpoint/safetensors_header.h"
#include "registry/checkpoint/shard_index.h"
#include "registry/checkpoint/strides.h"
#include "registry/checkpoint/torch_file.h"
#include "registry/checkpoint/torch_writer.h"
#include "registry/mapped_tensors.h"

#include <yardstick/checkpoint.h>
#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace yardstick {

using checkpoint::MappedFile;
using checkpoint::SafetensorsEntry;

struct CheckpointFile::State {
  // An entry's bytes, and the mapping that they are in.
  struct Located {
    std::shared_ptr<MappedTensors> mapped;
    MappedView view;
  };

  CheckpointFormat format = CheckpointFormat::kSafetensors;
  std::vector<CheckpointEntry> entries;
  std::vector<Located> located;  // one an entry
  std::vector<std::string> files;
  std::string metadata = "{}";

  void add(std::string name, std::string part, const std::shared_ptr<MappedTensors>& mapped,
           MappedView view) {
    std::uint64_t bytes = checkpoint::element_bytes(view.dtype);
    for (const std::int64_t size : view.shape) bytes *= static_cast<std::uint64_t>(size);
    entries.push_back({.name = std::move(name),
                       .part = std::move(part),
                       .dtype = checkpoint::dtype_name(view.dtype),
                       .shape = view.shape,
                       .bytes = bytes});
    located.push_back({mapped, std::move(view)});
  }

  void add(const SafetensorsEntry& entry, const std::shared_ptr<MappedTensors>& mapped) {
    add(entry.name, "", mapped,
        {.dtype = entry.dtype,
         .storage_offset = entry.begin,
         .storage_bytes = entry.end - entry.begin,
         .shape = entry.shape,
         .strides = checkpoint::contiguous_strides(entry.shape)});
  }

  std::set<const MappedFile*> mapped_files() const {
    std::set<const MappedFile*> mapped;
    for (const Located& one : located) mapped.insert(&one.mapped->file());
    return mapped;
  }

  void expect_tensors() const {
    for (const MappedFile* file : mapped_files()) file->expect(MappedFile::Access::kTensors);
  }

  void read_torch(const std::shared_ptr<MappedTensors>& mapped) {
    const checkpoint::TorchFile file(mapped->file().view(), mapped->file().path());
    format = file.format() == checkpoint::TorchFile::Format::kZip ? CheckpointFormat::kTorchZip
                                                                  : CheckpointFormat::kTorchLegacy;
    metadata = file.metadata_json();
    for (checkpoint::NamedTensor& tensor : file.tensors()) {
      const checkpoint::TensorView& view = *tensor.view;
      add(std::move(tensor.name), std::move(tensor.part), mapped,
          {.dtype = view.dtype,
           .storage_offset = view.storage->file_offset,
           .storage_bytes = view.storage->bytes,
           .element_offset = view.offset,
           .shape = view.shape,
           .strides = view.strides});
    }
  }

  void read_safetensors(const std::shared_ptr<MappedTensors>& mapped) {
    const auto header =
        checkpoint::read_safetensors_header(mapped->file().view(), mapped->file().path());
    metadata = nlohmann::json(header.metadata).dump();
    for (const SafetensorsEntry& entry : header.entries) add(entry, mapped);
  }

  void read_shards(const MappedFile& index_file) {
    format = CheckpointFormat::kShardedSafetensors;
    const std::string& path = index_file.path();
    const checkpoint::ShardIndex index = checkpoint::read_shard_index(index_file.view(), path);
    metadata = index.metadata;
    std::map<std::string, std::set<std::string>> tensors_by_file;
    for (const auto& [name, file] : index.files) tensors_by_file[file].insert(name);
    files.clear();
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    for (auto& [file, wanted] : tensors_by_file) {
      const std::string shard = folder + file;
      files.push_back(shard);
      const auto mapped = std::make_shared<MappedTensors>(MappedFile::open(shard));
      const auto header = checkpoint::read_safetensors_header(mapped->file().view(), shard);
      const SafetensorsEntry* unlisted = nullptr;
      for (const SafetensorsEntry& entry : header.entries) {
        if (wanted.erase(entry.name) == 0) unlisted = &entry;
        add(entry, mapped);
      }
      if (!wanted.empty()) {
        throw_data(concat(shard, ": lacks tensor ", checkpoint::printable(*wanted.begin())));
      }
      if (unlisted != nullptr) {
        throw_data(concat(shard, ": holds tensor ", checkpoint::printable(unlisted->name),
                          ", which ", path, " does not list there"));
      }
    }
  }
};

namespace {

// What people name instead of a checkpoint, by its first bytes; null where it may be safetensors.
const char* other_file(std::string_view bytes) {
  if (bytes.size() > 8 && bytes[8] == '{') return nullptr;
  if (bytes.starts_with("version https://git-lfs")) {
    return "is a Git LFS pointer; fetch the file that it stands for with `git lfs pull`";
  }
  if (bytes.starts_with("<")) return "is a web page, not the file behind it";
  if (bytes.starts_with("\x1f\x8b")) return "is compressed with gzip; unpack it first";
  if (bytes.starts_with("\x80")) return "is a bare pickle, which torch.save did not write";
  if (bytes.starts_with("\x89HDF")) return "is an HDF5 file, which is not read";
  return nullptr;
}

}  // namespace

CheckpointFile::CheckpointFile(const std::string& path) : state_(std::make_unique<State>()) {
  const auto mapped = std::make_shared<MappedTensors>(MappedFile::open(path));
  const std::string_view bytes = mapped->file().view();
  state_->files = {path};
  if (checkpoint::TorchFile::is_one(bytes)) {
    state_->read_torch(mapped);
  } else if (path.ends_with(".json")) {
    state_->read_shards(mapped->file());
  } else if (const char* other = other_file(bytes); other != nullptr) {
    throw_data(concat(path, ": ", other));
  } else {
    state_->read_safetensors(mapped);
  }
  state_->expect_tensors();
}

CheckpointFile::~CheckpointFile() = default;
CheckpointFile::CheckpointFile(CheckpointFile&&) noexcept = default;
CheckpointFile& CheckpointFile::operator=(CheckpointFile&&) noexcept = default;

CheckpointFormat CheckpointFile::format() const noexcept { return state_->format; }
const std::vector<CheckpointEntry>& CheckpointFile::entries() const noexcept {
  return state_->entries;
}
const std::string& CheckpointFile::metadata() const noexcept { return state_->metadata; }
const std::vector<std::string>& CheckpointFile::files() const noexcept { return state_->files; }

at::Tensor CheckpointFile::tensor(std::size_t index) const {
  const State::Located& located = state_->located.at(index);
  return located.mapped->tensor(located.view);
}

void CheckpointFile::require_unchanged() const {
  for (const MappedFile* file : state_->mapped_files()) {
    if (!file->is_unchanged()) {
      throw_data(concat(file->path(), ": was written to while it was in use"),
                 "put a new file in place with `mv`, which leaves the old one to whoever reads it");
    }
  }
}

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
  const CheckpointFile file(path);
  Checkpoint result{.format = file.format(), .tensors = {}, .metadata = file.metadata()};
  for (std::size_t i = 0; i < file.entries().size(); ++i) {
    result.tensors.emplace(file.entries()[i].name, file.tensor(i));
  }
  return result;
}

void write_torch_checkpoint(const std::string& path, const TensorMap& tensors) {
  std::vector<at::Tensor> kept;
  std::vector<checkpoint::TensorBytes> bytes;
  for (const auto& [name, tensor] : tensors) {
    if (!checkpoint::is_utf8(name)) {
      throw_data(concat(path, ": a tensor cannot be named ", checkpoint::printable(name)));
    }
    kept.push_back(tensor.detach().to(at::kCPU).contiguous());
    const at::Tensor& flat = kept.back();
    bytes.push_back({name, dtype_of(flat, name), flat.sizes().vec(), flat.const_data_ptr(),
                     static_cast<std::uint64_t>(flat.numel() * flat.element_size())});
  }
  checkpoint::write_torch_zip(path, bytes);
}

}  // namespace yardstick
