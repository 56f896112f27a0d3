#include "registry/checkpoint/atomic_file.h"
#include "registry/checkpoint/mapped_file.h"
#include "registry/checkpoint/printable.h"
#include "registry/checkpoint/safetensors_header.h"
#include "registry/checkpoint/strides.h"
#include "registry/mapped_tensors.h"

#include <yardstick/error.h>
#include <yardstick/tensor_file.h>

#include <nlohmann/json.hpp>

#include <memory>

namespace yardstick {

TensorFile read_safetensors(const std::string& path) {
  const auto mapped = std::make_shared<MappedTensors>(checkpoint::MappedFile::open(path));
  checkpoint::SafetensorsHeader header =
      checkpoint::read_safetensors_header(mapped->file().view(), path);
  mapped->file().expect(checkpoint::MappedFile::Access::kTensors);
  TensorFile file;
  file.metadata = std::move(header.metadata);
  for (const checkpoint::SafetensorsEntry& entry : header.entries) {
    file.tensors.emplace(entry.name,
                         mapped->tensor({.dtype = entry.dtype,
                                         .storage_offset = entry.begin,
                                         .storage_bytes = entry.end - entry.begin,
                                         .shape = entry.shape,
                                         .strides = checkpoint::contiguous_strides(entry.shape)}));
  }
  return file;
}

void write_safetensors(const std::string& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    const char* dtype = checkpoint::safetensors_name(dtype_of(tensor, name));
    if (dtype == nullptr) {
      throw_data(concat(path, ": safetensors has no dtype for tensor ", name, " of ",
                        tensor.scalar_type()));
    }
    if (!checkpoint::is_utf8(name) || name == "__metadata__") {
      throw_data(concat(path, ": a tensor cannot be named ", checkpoint::printable(name)));
    }
    const std::uint64_t bytes = tensor.numel() * tensor.element_size();
    header[name] = {
        {"dtype", dtype}, {"shape", tensor.sizes().vec()}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  using Json = nlohmann::json;
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');  // keeps the data aligned

  checkpoint::AtomicFile file(path);
  const std::uint64_t header_bytes = text.size();
  file.write(&header_bytes, 8);
  file.write(text.data(), text.size());
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor flat = tensor.detach().to(at::kCPU).contiguous();
    file.write(flat.const_data_ptr(), flat.numel() * flat.element_size());
  }
  file.commit();
}

}  // namespace yardstick
