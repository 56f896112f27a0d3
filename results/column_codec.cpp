#include "results/column_codec.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <zlib.h>

#include <bit>
#include <cstring>
#include <limits>

namespace yardstick::detail {
namespace {

static_assert(std::endian::native == std::endian::little, "blobs are little-endian");

// deflate cannot expand more than this (zlib's technical details), so a larger claim is a lie.
constexpr std::int64_t kMaxExpansion = 1032;

template <typename T>
Blob pack_elements(std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  Blob shuffled(bytes.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t b = 0; b < sizeof(T); ++b) {
      shuffled[b * values.size() + i] = bytes[i * sizeof(T) + b];
    }
  }
  uLongf size = compressBound(shuffled.size());
  Blob packed(size);
  const int rc = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                           reinterpret_cast<const Bytef*>(shuffled.data()), shuffled.size(),
                           Z_DEFAULT_COMPRESSION);
  YS_CHECK(rc == Z_OK, rc);
  packed.resize(size);
  return packed;
}

template <typename T>
std::vector<T> unpack_elements(std::span<const std::byte> blob, std::int64_t count,
                               const std::string& what) {
  const auto limit = (static_cast<std::int64_t>(blob.size()) + 1) * kMaxExpansion;
  if (count < 0 || count > limit / static_cast<std::int64_t>(sizeof(T))) {
    throw_data(concat(what, " claims ", count, " elements in ", blob.size(), " bytes"),
               "the file is damaged");
  }
  const auto n = static_cast<std::size_t>(count);
  Blob shuffled(n * sizeof(T) + 1);  // one over, so that too long a stream shows
  uLongf size = shuffled.size();
  const int rc = uncompress(reinterpret_cast<Bytef*>(shuffled.data()), &size,
                            reinterpret_cast<const Bytef*>(blob.data()), blob.size());
  if (rc != Z_OK || size != n * sizeof(T)) {
    throw_data(concat(what, " does not hold the ", count, " elements that it claims"),
               "the file is damaged");
  }
  std::vector<T> values(n);
  const auto bytes = std::as_writable_bytes(std::span(values));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < sizeof(T); ++b) bytes[i * sizeof(T) + b] = shuffled[b * n + i];
  }
  return values;
}

}  // namespace

Blob pack(std::span<const double> values) { return pack_elements(values); }
Blob pack(std::span<const float> values) { return pack_elements(values); }
Blob pack(std::span<const std::int32_t> values) { return pack_elements(values); }

Blob pack_differences(std::span<const std::int64_t> values) {
  std::vector<std::uint64_t> differences(values.size());
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<std::uint64_t>(values[i]);  // unsigned: differences may wrap
    differences[i] = value - before;
    before = value;
  }
  return pack_elements(std::span<const std::uint64_t>(differences));
}

std::vector<double> unpack_doubles(std::span<const std::byte> blob, std::int64_t count,
                                   const std::string& what) {
  return unpack_elements<double>(blob, count, what);
}

std::vector<float> unpack_floats(std::span<const std::byte> blob, std::int64_t count,
                                 const std::string& what) {
  return unpack_elements<float>(blob, count, what);
}

std::vector<std::int32_t> unpack_int32(std::span<const std::byte> blob, std::int64_t count,
                                       const std::string& what) {
  return unpack_elements<std::int32_t>(blob, count, what);
}

std::vector<std::int64_t> unpack_differences(std::span<const std::byte> blob, std::int64_t count,
                                             const std::string& what) {
  const auto differences = unpack_elements<std::uint64_t>(blob, count, what);
  std::vector<std::int64_t> values(differences.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    sum += differences[i];
    values[i] = static_cast<std::int64_t>(sum);
  }
  return values;
}

Blob pack_equal_bits(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  YS_CHECK(a.size() == b.size(), a.size(), " and ", b.size());
  Blob bits((a.size() + 7) / 8);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) bits[i / 8] |= std::byte{1} << (i % 8);
  }
  return bits;
}

}  // namespace yardstick::detail
