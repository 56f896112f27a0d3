#pragma once

#include <yardstick/export.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace yardstick {

// SHA-256 (FIPS 180-4) of bytes that come in pieces. Uses the processor's SHA instructions where it
// has them.
class YS_API Sha256 {
 public:
  Sha256();

  // Appends to the message. Must not be called once hex() was.
  void update(const void* bytes, std::size_t size);
  void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }
  // Ends the message and gives its digest as 64 lower-case hexadecimal digits. Call it once.
  std::string hex();

 private:
  std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, 64> pending_;
  std::size_t pending_size_ = 0;
  std::uint64_t message_bytes_ = 0;
  bool finished_ = false;
};

YS_API std::string sha256_hex(std::string_view bytes);

// Digest of a file's contents. Throws Data, naming the file, where it cannot be read.
YS_API std::string sha256_of_file(const std::string& path);

namespace detail {

// Mixes `blocks` blocks of 64 bytes into `state`. Both give the same; the second needs a processor
// for which has_sha_instructions() is true. For tests.
YS_API void sha256_blocks_portable(std::uint32_t* state, const std::uint8_t* data,
                                   std::size_t blocks);
YS_API void sha256_blocks_hardware(std::uint32_t* state, const std::uint8_t* data,
                                   std::size_t blocks);
YS_API bool has_sha_instructions();

}  // namespace detail
}  // namespace yardstick
