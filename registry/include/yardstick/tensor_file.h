#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>

namespace yardstick {

// Tensors by their full name ("blocks.0.attn.qkv.weight").
using TensorMap = std::map<std::string, at::Tensor>;

// What a safetensors file holds. Tensors are views of a private mapping of the file, which lives as
// long as any of them; writing to one does not reach the file.
struct TensorFile {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;  // "__metadata__"
};

// Reads a safetensors file; the data is mapped, not read. Every offset, length, shape and dtype is
// checked against the file. Throws Data, naming the file and the byte offset, on anything malformed.
YS_API TensorFile read_safetensors(const std::string& path);

// Writes CPU copies of `tensors` in name order. The file appears whole or not at all: it is written
// beside `path`, synced, and renamed. Throws Environment where that fails (disk full, read-only).
YS_API void write_safetensors(const std::string& path, const TensorMap& tensors,
                              const std::map<std::string, std::string>& metadata = {});

}  // namespace yardstick
