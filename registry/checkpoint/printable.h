#pragma once

#include <yardstick/export.h>

#include <string>
#include <string_view>

namespace yardstick::checkpoint {

// `text` out of an untrusted file as it may go into a message or onto a terminal: control
// characters and bytes that are no UTF-8 as \x1b, and what is longer than `most` bytes cut, with
// its length.
YS_API std::string printable(std::string_view text, std::size_t most = 120);

YS_API bool is_utf8(std::string_view text);

}  // namespace yardstick::checkpoint
