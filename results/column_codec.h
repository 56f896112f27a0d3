#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick::detail {

// How columns of numbers are packed into blobs, lossless: little-endian elements, transposed so
// that first bytes lie together, then second bytes, and so on ("shuffle"), then deflated (RFC
// 1950). Neighbours share their upper bytes, which makes timings about a third smaller than deflate
// alone.
inline constexpr std::string_view kColumnCodec = "shuffle+zlib";

using Blob = std::vector<std::byte>;

Blob pack(std::span<const double> values);
Blob pack(std::span<const float> values);
Blob pack(std::span<const std::int32_t> values);
// Stores differences of neighbours, the first against 0: indices are mostly consecutive.
Blob pack_differences(std::span<const std::int64_t> values);

// Each throws Data, naming `what`, unless the blob holds exactly `count` elements.
std::vector<double> unpack_doubles(std::span<const std::byte> blob, std::int64_t count,
                                   const std::string& what);
std::vector<float> unpack_floats(std::span<const std::byte> blob, std::int64_t count,
                                 const std::string& what);
std::vector<std::int32_t> unpack_int32(std::span<const std::byte> blob, std::int64_t count,
                                       const std::string& what);
std::vector<std::int64_t> unpack_differences(std::span<const std::byte> blob, std::int64_t count,
                                             const std::string& what);

// Bit i, counted from the lowest of the first byte, is a[i] == b[i]. Equal sizes.
Blob pack_equal_bits(std::span<const std::int32_t> a, std::span<const std::int32_t> b);

}  // namespace yardstick::detail
