#pragma once

#include "tasks/io/byte_source.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// A regular file inside a tar.
struct TarMember {
  std::string name;         // without a leading "./"
  std::int64_t offset = 0;  // of its bytes within the archive
  std::int64_t bytes = 0;
};

// Lists the regular files of an uncompressed tar (POSIX ustar and pax, GNU) in the archive's order.
// Only headers are read. Throws Data, naming `where` and the byte offset, on a damaged header or an
// archive that ends inside a member.
std::vector<TarMember> index_tar(const ByteSource& source, const std::string& where);

}  // namespace yardstick
