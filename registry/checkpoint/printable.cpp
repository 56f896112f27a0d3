#include "registry/checkpoint/printable.h"

#include <yardstick/error.h>

#include <cstdint>

namespace yardstick::checkpoint {
namespace {

// Bytes of the well-formed UTF-8 character that `text` starts with (Unicode, table 3-7); 0 where
// there is none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t count = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < count) return 0;
  for (std::size_t i = 1; i < count; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool is_overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool is_surrogate = lead == 0xed && byte(1) >= 0xa0;
  const bool is_too_large = lead == 0xf4 && byte(1) >= 0x90;
  return is_overlong || is_surrogate || is_too_large ? 0 : count;
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t count = character_bytes(text.substr(at));
    if (at + count > most) break;
    const auto lead = static_cast<unsigned char>(text[at]);
    // U+0080 to U+009F are control characters too.
    const bool is_control =
        lead < 0x20 || lead == 0x7f ||
        (lead == 0xc2 && count == 2 && static_cast<unsigned char>(text[at + 1]) < 0xa0);
    if (count == 0 || is_control) {
      out += "\\x";
      out += kDigits[lead >> 4];
      out += kDigits[lead & 15];
      ++at;
    } else {
      out += text.substr(at, count);
      at += count;
    }
    if (at >= most) break;
  }
  if (at < text.size()) out += concat("... (", text.size(), " bytes)");
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t count = character_bytes(text);
    if (count == 0) return false;
    text.remove_prefix(count);
  }
  return true;
}

}  // namespace yardstick::checkpoint
