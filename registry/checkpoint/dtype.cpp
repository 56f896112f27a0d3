#include "registry/checkpoint/dtype.h"

#include <yardstick/error.h>

#include <array>

namespace yardstick::checkpoint {
namespace {

struct Row {
  Dtype dtype;
  std::size_t bytes;
  const char* name;
  const char* storage;
  const char* safetensors;
};
constexpr std::array<Row, 21> kRows = {{
    {Dtype::kFloat64, 8, "float64", "DoubleStorage", "F64"},
    {Dtype::kFloat32, 4, "float32", "FloatStorage", "F32"},
    {Dtype::kFloat16, 2, "float16", "HalfStorage", "F16"},
    {Dtype::kBFloat16, 2, "bfloat16", "BFloat16Storage", "BF16"},
    {Dtype::kFloat8E4M3, 1, "float8_e4m3fn", nullptr, "F8_E4M3"},
    {Dtype::kFloat8E4M3Fnuz, 1, "float8_e4m3fnuz", nullptr, "F8_E4M3FNUZ"},
    {Dtype::kFloat8E5M2, 1, "float8_e5m2", nullptr, "F8_E5M2"},
    {Dtype::kFloat8E5M2Fnuz, 1, "float8_e5m2fnuz", nullptr, "F8_E5M2FNUZ"},
    {Dtype::kFloat8E8M0, 1, "float8_e8m0fnu", nullptr, "F8_E8M0"},
    {Dtype::kInt64, 8, "int64", "LongStorage", "I64"},
    {Dtype::kInt32, 4, "int32", "IntStorage", "I32"},
    {Dtype::kInt16, 2, "int16", "ShortStorage", "I16"},
    {Dtype::kInt8, 1, "int8", "CharStorage", "I8"},
    {Dtype::kUInt64, 8, "uint64", nullptr, "U64"},
    {Dtype::kUInt32, 4, "uint32", nullptr, "U32"},
    {Dtype::kUInt16, 2, "uint16", nullptr, "U16"},
    {Dtype::kUInt8, 1, "uint8", "ByteStorage", "U8"},
    {Dtype::kBool, 1, "bool", "BoolStorage", "BOOL"},
    {Dtype::kComplex128, 16, "complex128", "ComplexDoubleStorage", nullptr},
    {Dtype::kComplex64, 8, "complex64", "ComplexFloatStorage", "C64"},
    {Dtype::kComplex32, 4, "complex32", nullptr, nullptr},
}};

const Row& row_of(Dtype dtype) {
  for (const Row& row : kRows) {
    if (row.dtype == dtype) return row;
  }
  throw Error(ErrorKind::kInternal, "a dtype is not in the table");
}

std::optional<Dtype> find(const char* Row::* column, std::string_view name) {
  for (const Row& row : kRows) {
    if (row.*column != nullptr && name == row.*column) return row.dtype;
  }
  return std::nullopt;
}

}  // namespace

std::size_t element_bytes(Dtype dtype) { return row_of(dtype).bytes; }
const char* dtype_name(Dtype dtype) { return row_of(dtype).name; }
const char* storage_name(Dtype dtype) { return row_of(dtype).storage; }
const char* safetensors_name(Dtype dtype) { return row_of(dtype).safetensors; }

std::optional<Dtype> dtype_from_name(std::string_view name) { return find(&Row::name, name); }

std::optional<Dtype> dtype_from_storage_name(std::string_view name) {
  return find(&Row::storage, name);
}

std::optional<Dtype> dtype_from_safetensors_name(std::string_view name) {
  return find(&Row::safetensors, name);
}

}  // namespace yardstick::checkpoint
