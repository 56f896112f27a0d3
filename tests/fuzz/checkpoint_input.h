#pragma once

#include <string_view>

namespace yardstick::test {

// Reads `bytes` as whatever checkpoint they look like, through the parsers that untrusted files reach:
// torch.save archives and legacy files, a bare pickle, an index of shards, else safetensors. Touches
// the first and the last byte of every tensor that was accepted, and throws Internal where they do not
// lie in its storage. Throws what the parsers throw: Error of kind kData and nothing else.
void read_untrusted(std::string_view bytes);

}  // namespace yardstick::test
