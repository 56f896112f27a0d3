#include "tasks/io/archive.h"

#include <yardstick/error.h>

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace yardstick {
namespace {

constexpr std::size_t kMaxUnpacked = std::size_t{4} << 30;

struct ReaderCloser {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

bool is_compressed(const ByteSource& source) {
  std::array<char, 6> head = {};
  source.read_at(0, head.data(), head.size());
  const std::string_view bytes(head.data(), head.size());
  return bytes.starts_with("\x1f\x8b") || bytes.starts_with("BZh") ||
         bytes.starts_with(std::string_view("\xfd"
                                            "7zXZ\0",
                                            6)) ||
         bytes.starts_with("\x28\xb5\x2f\xfd");
}

std::vector<std::uint8_t> unpack(const std::string& path) {
  const std::unique_ptr<archive, ReaderCloser> reader(archive_read_new());
  if (!reader) throw_environment("no memory to unpack " + path);
  archive* a = reader.get();
  const auto check = [&](int result) {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;
    const char* reason = archive_error_string(a);
    throw_data(concat("cannot unpack ", path, ": ", reason != nullptr ? reason : "damaged"));
  };
  // The compression alone; the tar inside is read by index_tar, as an uncompressed one is.
  check(archive_read_support_filter_all(a));
  check(archive_read_support_format_raw(a));
  constexpr std::size_t kStep = std::size_t{1} << 20;
  check(archive_read_open_filename(a, path.c_str(), kStep));
  archive_entry* entry = nullptr;
  check(archive_read_next_header(a, &entry));

  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kStep);
    const la_ssize_t got = archive_read_data(a, bytes.data() + before, kStep);
    if (got < 0) check(static_cast<int>(got));
    bytes.resize(before + static_cast<std::size_t>(std::max<la_ssize_t>(got, 0)));
    if (got == 0) return bytes;
    if (bytes.size() > kMaxUnpacked) {
      throw_data(concat(path, " unpacks to more than 4 GiB, which would all be held in memory"),
                 "keep large data in uncompressed .tar shards");
    }
  }
}

}  // namespace

bool has_archive_extension(std::string_view path) {
  constexpr std::string_view kExtensions[] = {".tar",     ".tar.gz", ".tgz",
                                              ".tar.bz2", ".tar.xz", ".tar.zst"};
  std::string lower(path);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::any_of(std::begin(kExtensions), std::end(kExtensions),
                     [&](std::string_view extension) { return lower.ends_with(extension); });
}

Archive open_archive(const std::string& path) {
  Archive opened;
  opened.path = path;
  opened.bytes = open_file(path);
  if (is_compressed(*opened.bytes)) {
    opened.bytes = bytes_in_memory(unpack(path));
    opened.is_in_memory = true;
  }
  opened.members = index_tar(*opened.bytes, path);
  return opened;
}

}  // namespace yardstick
