#include "registry/mapped_tensors.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace yardstick {
namespace {

using checkpoint::Dtype;

constexpr std::array<std::pair<Dtype, at::ScalarType>, 21> kTypes = {{
    {Dtype::kFloat64, at::kDouble},
    {Dtype::kFloat32, at::kFloat},
    {Dtype::kFloat16, at::kHalf},
    {Dtype::kBFloat16, at::kBFloat16},
    {Dtype::kFloat8E4M3, at::kFloat8_e4m3fn},
    {Dtype::kFloat8E4M3Fnuz, at::kFloat8_e4m3fnuz},
    {Dtype::kFloat8E5M2, at::kFloat8_e5m2},
    {Dtype::kFloat8E5M2Fnuz, at::kFloat8_e5m2fnuz},
    {Dtype::kFloat8E8M0, at::kFloat8_e8m0fnu},
    {Dtype::kInt64, at::kLong},
    {Dtype::kInt32, at::kInt},
    {Dtype::kInt16, at::kShort},
    {Dtype::kInt8, at::kChar},
    {Dtype::kUInt64, at::kUInt64},
    {Dtype::kUInt32, at::kUInt32},
    {Dtype::kUInt16, at::kUInt16},
    {Dtype::kUInt8, at::kByte},
    {Dtype::kBool, at::kBool},
    {Dtype::kComplex128, at::kComplexDouble},
    {Dtype::kComplex64, at::kComplexFloat},
    {Dtype::kComplex32, at::kComplexHalf},
}};

}  // namespace

at::ScalarType scalar_type_of(Dtype dtype) {
  const auto* const found =
      std::ranges::find(kTypes, dtype, &std::pair<Dtype, at::ScalarType>::first);
  YS_CHECK(found != kTypes.end(), static_cast<int>(dtype));
  return found->second;
}

Dtype dtype_of(const at::Tensor& tensor, const std::string& name) {
  const auto* const found =
      std::ranges::find(kTypes, tensor.scalar_type(), &std::pair<Dtype, at::ScalarType>::second);
  if (found == kTypes.end()) {
    throw_data(concat("tensor ", name, " has the dtype ", tensor.scalar_type(),
                      ", which checkpoints do not hold"));
  }
  return found->first;
}

char* MappedTensors::bytes_of(const MappedView& view, std::size_t alignment) {
  char* mapped = file_->data() + view.storage_offset;
  if (reinterpret_cast<std::uintptr_t>(mapped) % alignment == 0) return mapped;
  auto& copy = copies_[view.storage_offset];
  if (copy.empty()) {
    copy.resize(view.storage_bytes / sizeof(std::max_align_t) + 1);
    std::memcpy(copy.data(), mapped, view.storage_bytes);
  }
  return reinterpret_cast<char*>(copy.data());
}

at::Tensor MappedTensors::tensor(const MappedView& view) {
  const auto options = at::TensorOptions().dtype(scalar_type_of(view.dtype));
  if (std::ranges::find(view.shape, 0) != view.shape.end()) return at::empty(view.shape, options);
  const std::size_t element = checkpoint::element_bytes(view.dtype);
  char* data = bytes_of(view, element) + view.element_offset * element;
  return at::from_blob(
      data, view.shape, view.strides, [keep = shared_from_this()](void*) {}, options);
}

}  // namespace yardstick
