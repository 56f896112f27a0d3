#include "tests/fuzz/mutator.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace yardstick::test {
namespace {

using namespace std::string_view_literals;

constexpr std::array kNumbers = {
    std::uint64_t{0},          std::uint64_t{1},          std::uint64_t{2},
    std::uint64_t{0x7f},       std::uint64_t{0x80},       std::uint64_t{0xff},
    std::uint64_t{0xffff},     std::uint64_t{0x7fffffff}, std::uint64_t{0x80000000},
    std::uint64_t{0xffffffff}, std::uint64_t{1} << 40,    (std::uint64_t{1} << 61) + 1,
    ~std::uint64_t{0} >> 1,    std::uint64_t{1} << 63,    ~std::uint64_t{0} - 7,
    ~std::uint64_t{0}};

constexpr std::array kTokens = {"cbuiltins\neval\n"sv,
                                "cos\nsystem\n"sv,
                                "c__builtin__\nset\n"sv,
                                "ccollections\nOrderedDict\n)R"sv,
                                "ctorch._utils\n_rebuild_tensor_v2\n"sv,
                                "ctorch._utils\n_rebuild_parameter\n"sv,
                                "ctorch\nFloatStorage\n"sv,
                                "ctorch\nSize\n"sv,
                                "cargparse\nNamespace\n)\x81"sv,
                                "cnumpy\ndtype\n"sv,
                                "c_codecs\nencode\n"sv,
                                "("sv,
                                "t"sv,
                                "]"sv,
                                "}"sv,
                                "R"sv,
                                "b"sv,
                                "Q"sv,
                                "."sv,
                                "0"sv,
                                "1"sv,
                                "2"sv,
                                "2222222222222222"sv,
                                "]q\x01h\x01"
                                "a"sv,
                                "}q\x02(K\x00h\x02u"sv,
                                "h\x00h\x00h\x00h\x00t"sv,
                                "\x8a\xff"sv,
                                "\x8b\xff\xff\xff\x7f"sv,
                                "X\xff\xff\xff\xff"sv,
                                "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"sv,
                                "\x94\x93\x8f\x90\x91"sv,
                                "PK\x01\x02"sv,
                                "PK\x03\x04"sv,
                                "PK\x05\x06"sv,
                                "PK\x06\x06"sv,
                                "[[[[[[[["sv,
                                "{\"a\":"sv,
                                "\"data_offsets\":[0,4]"sv,
                                "\"shape\":[9223372036854775807]"sv,
                                "\"__metadata__\":{\"a\":\"b\"}"sv,
                                "\"F32\""sv,
                                "-1"sv,
                                "1e400"sv,
                                "\x1b[31m"sv,
                                "\n"sv,
                                "\0"sv};

}  // namespace

Mutator::Mutator(std::vector<std::string> seeds, std::uint64_t random_seed)
    : seeds_(std::move(seeds)), random_(random_seed) {}

std::size_t Mutator::below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

void Mutator::mutate(std::string& bytes) {
  const std::size_t at = below(bytes.size());
  const std::size_t length = 1 + below(std::min<std::size_t>(bytes.size() - at, 64));
  switch (below(9)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(random_());
      break;
    case 2: {
      const std::uint64_t number = kNumbers[below(kNumbers.size())];
      const std::size_t width =
          std::min<std::size_t>(std::size_t{1} << below(4), bytes.size() - at);
      std::memcpy(bytes.data() + at, &number, width);
      break;
    }
    case 3:
      bytes.resize(1 + at);
      break;
    case 4:
      bytes.erase(at, length);
      break;
    case 5:
      bytes.insert(below(bytes.size()), bytes.substr(at, length));
      break;
    case 6:
      bytes.insert(at, kTokens[below(kTokens.size())]);
      break;
    case 7: {
      const std::string_view token = kTokens[below(kTokens.size())];
      bytes.replace(at, std::min(token.size(), bytes.size() - at), token);
      break;
    }
    default: {
      const std::string& other = seeds_[below(seeds_.size())];
      const std::size_t from = below(other.size());
      bytes.replace(at, length, other.substr(from, 1 + below(256)));
      break;
    }
  }
  if (bytes.empty()) bytes = " ";
}

std::string Mutator::next() {
  std::string bytes = seeds_[below(seeds_.size())];
  // Half of them broken in one place alone, so that the rest of the file is read.
  const std::size_t places = below(2) == 0 ? 1 : 2 + below(3);
  for (std::size_t i = 0; i < places; ++i) mutate(bytes);
  return bytes;
}

}  // namespace yardstick::test
