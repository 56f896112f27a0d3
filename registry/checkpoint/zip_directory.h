#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace yardstick::checkpoint {

struct ZipEntry {
  std::uint64_t data_offset = 0;  // of the member's bytes in the file
  std::uint64_t bytes = 0;
};

// Members by name, of a zip archive whose members are stored without compression, as torch.save
// writes them; zip64 included. Throws Data, naming `path` and the offset, on anything else: a
// compressed or encrypted member, a duplicate name, overlapping members, an offset past the end.
std::map<std::string, ZipEntry> read_zip_directory(std::string_view file, const std::string& path);

}  // namespace yardstick::checkpoint
