#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace yardstick::checkpoint {

// Every element type of a whole number of bytes that PyTorch or safetensors stores.
enum class Dtype {
  kFloat64,
  kFloat32,
  kFloat16,
  kBFloat16,
  kFloat8E4M3,
  kFloat8E4M3Fnuz,
  kFloat8E5M2,
  kFloat8E5M2Fnuz,
  kFloat8E8M0,
  kInt64,
  kInt32,
  kInt16,
  kInt8,
  kUInt64,
  kUInt32,
  kUInt16,
  kUInt8,
  kBool,
  kComplex128,
  kComplex64,
  kComplex32,
};

std::size_t element_bytes(Dtype dtype);
const char* dtype_name(Dtype dtype);    // torch's: "float32"
const char* storage_name(Dtype dtype);  // "FloatStorage"; null where PyTorch has no typed storage
const char* safetensors_name(Dtype dtype);  // "F32"; null where the format has none

// Nothing where no dtype has that name.
std::optional<Dtype> dtype_from_name(std::string_view name);
std::optional<Dtype> dtype_from_storage_name(std::string_view name);
std::optional<Dtype> dtype_from_safetensors_name(std::string_view name);

}  // namespace yardstick::checkpoint
