#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/sha256.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>

namespace yardstick {
namespace {

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 % 256);
  return text;
}

TEST(Sha256Test, MatchesPublishedVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PadsEveryLengthAroundABlock) {
  EXPECT_EQ(sha256_hex(pattern(55)),
            "576a1bf8d4478657e6dc4af9398544765c2a92cde28478b019235cfed315fc09");
  EXPECT_EQ(sha256_hex(pattern(56)),
            "9b20501dfd1d99161c257950f3444f3e49230c351c5c8e0943ef369f85f5205d");
  EXPECT_EQ(sha256_hex(pattern(63)),
            "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e");
  EXPECT_EQ(sha256_hex(pattern(64)),
            "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0");
  EXPECT_EQ(sha256_hex(pattern(65)),
            "1ee23b0fbcaecc1aff4a9e8f1645f35ab2c8e13609cd73b68df8b5e3f63ce073");
  EXPECT_EQ(sha256_hex(pattern(119)),
            "7a6589821178918ca8d9edaba5abfc1e9b2669564f4469b66885379c1530b2c8");
  EXPECT_EQ(sha256_hex(pattern(120)),
            "655250427d56b1b0eeb8497d21428704273458a01772d6881b65c0abac0f8a98");
}

TEST(Sha256Test, DoesNotDependOnHowTheMessageIsCut) {
  const std::string message = pattern(1000);
  std::mt19937 random(7);
  for (int trial = 0; trial < 50; ++trial) {
    Sha256 hash;
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 150, message.size() - at);
      hash.update(message.data() + at, size);
      at += size;
    }
    EXPECT_EQ(hash.hex(), "89f4ff56a25dd1db06a4ce6033603775d705fb96f30f8693733fef602a1ca532");
  }
}

TEST(Sha256Test, PortableAndHardwareRoutesAgree) {
  if (!detail::has_sha_instructions()) GTEST_SKIP() << "no SHA instructions on this processor";
  const std::string message = pattern(64 * 33);
  std::array<std::uint32_t, 8> portable = {1, 2, 3, 4, 5, 6, 7, 0xffffffff};
  std::array<std::uint32_t, 8> hardware = portable;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(message.data());

  detail::sha256_blocks_portable(portable.data(), bytes, 33);
  detail::sha256_blocks_hardware(hardware.data(), bytes, 33);

  EXPECT_EQ(portable, hardware);
}

TEST(Sha256Test, HashesAFile) {
  const test::TempDir dir;
  test::write_file(dir.file("a"), pattern(1000));

  EXPECT_EQ(sha256_of_file(dir.file("a")),
            "89f4ff56a25dd1db06a4ce6033603775d705fb96f30f8693733fef602a1ca532");
}

TEST(Sha256Test, NamesTheFileThatCannotBeRead) {
  EXPECT_THAT([] { sha256_of_file("/nowhere/a"); },
              test::ThrowsError(ErrorKind::kData, testing::HasSubstr("/nowhere/a: No such file")));
}

}  // namespace
}  // namespace yardstick
