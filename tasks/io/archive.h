#pragma once

#include "tasks/io/byte_source.h"
#include "tasks/io/tar_index.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// A tar and where its members are.
struct Archive {
  std::string path;
  std::shared_ptr<const ByteSource> bytes;  // the uncompressed tar; members' offsets count in it
  bool is_in_memory = false;                // else `bytes` is the file itself
  std::vector<TarMember> members;
};

// True for names that end as tars do: .tar, .tar.gz, .tgz, .tar.xz, .tar.zst, .tar.bz2.
bool has_archive_extension(std::string_view path);

// Opens and indexes a tar. An uncompressed one stays on disk and is read by offset; a compressed
// one is unpacked into memory once. Throws Data, naming the file, where it is damaged, or unpacks
// to more than 4 GiB.
Archive open_archive(const std::string& path);

}  // namespace yardstick
