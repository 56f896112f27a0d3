#pragma once

#include "registry/checkpoint/dtype.h"
#include "registry/checkpoint/mapped_file.h"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace yardstick {

at::ScalarType scalar_type_of(checkpoint::Dtype dtype);
// Throws Data, naming `name`, for a dtype that no file format holds.
checkpoint::Dtype dtype_of(const at::Tensor& tensor, const std::string& name);

// A strided view of bytes in a file, checked by whoever read the file's header.
struct MappedView {
  checkpoint::Dtype dtype = checkpoint::Dtype::kFloat32;
  std::uint64_t storage_offset = 0;  // in the file
  std::uint64_t storage_bytes = 0;
  std::uint64_t element_offset = 0;  // in the storage
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

// Tensors that are views of one mapped file, which lives as long as any of them. Views of one
// storage share it.
class MappedTensors : public std::enable_shared_from_this<MappedTensors> {
 public:
  explicit MappedTensors(std::shared_ptr<checkpoint::MappedFile> file) : file_(std::move(file)) {}

  const checkpoint::MappedFile& file() const noexcept { return *file_; }
  // The file's bytes where elements lie aligned there, as kernels require, else a copy of the
  // storage.
  at::Tensor tensor(const MappedView& view);

 private:
  char* bytes_of(const MappedView& view, std::size_t alignment);

  std::shared_ptr<checkpoint::MappedFile> file_;
  std::map<std::uint64_t, std::vector<std::max_align_t>> copies_;  // by the storage's offset
};

}  // namespace yardstick
