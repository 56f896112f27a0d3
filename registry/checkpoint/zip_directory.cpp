#include "registry/checkpoint/zip_directory.h"

#include "registry/checkpoint/printable.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace yardstick::checkpoint {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kZip64End = 0x06064b50;
constexpr std::uint32_t kZip64Locator = 0x07064b50;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::size_t kEndBytes = 22;

class Reader {
 public:
  Reader(std::string_view file, const std::string& path) : file_(file), path_(path) {}

  [[noreturn]] void refuse(std::uint64_t offset, const std::string& why) const {
    throw_data(concat(path_, ": zip archive: ", why, " at offset ", offset));
  }

  template <typename T>
  T at(std::uint64_t offset) const {
    if (offset > file_.size() || sizeof(T) > file_.size() - offset) refuse(offset, "ends");
    T value;
    std::memcpy(&value, file_.data() + offset, sizeof value);
    return value;
  }

  std::string_view bytes(std::uint64_t offset, std::uint64_t count) const {
    if (offset > file_.size() || count > file_.size() - offset) refuse(offset, "ends");
    return file_.substr(offset, count);
  }

  std::uint64_t size() const { return file_.size(); }

 private:
  std::string_view file_;
  const std::string& path_;
};

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

Directory find_directory(const Reader& reader, std::string_view file) {
  // The end record is last, behind it a comment of at most 65,535 bytes.
  const auto is_end = [&](std::size_t at) {
    return reader.at<std::uint32_t>(at) == kEnd &&
           at + kEndBytes + reader.at<std::uint16_t>(at + 20) == file.size();
  };
  if (file.size() < kEndBytes) reader.refuse(0, "is too short");
  const std::size_t first = file.size() > kEndBytes + 0xffff ? file.size() - kEndBytes - 0xffff : 0;
  std::size_t end = file.size() - kEndBytes;
  while (!is_end(end)) {
    if (end == first) reader.refuse(file.size(), "has no end record (truncated?)");
    --end;
  }
  Directory directory{reader.at<std::uint32_t>(end + 16), reader.at<std::uint32_t>(end + 12),
                      reader.at<std::uint16_t>(end + 10)};
  if (end >= 20 && reader.at<std::uint32_t>(end - 20) == kZip64Locator) {
    const auto zip64 = reader.at<std::uint64_t>(end - 20 + 8);
    if (reader.at<std::uint32_t>(zip64) != kZip64End)
      reader.refuse(zip64, "lacks its zip64 record");
    directory = {reader.at<std::uint64_t>(zip64 + 48), reader.at<std::uint64_t>(zip64 + 40),
                 reader.at<std::uint64_t>(zip64 + 32)};
  }
  reader.bytes(directory.offset, directory.bytes);
  if (directory.offset + directory.bytes > end) {
    reader.refuse(directory.offset, "has a directory behind its end record");
  }
  return directory;
}

// Sizes and offsets that do not fit 32 bits are in an extra field, in this order, each only where
// the 32-bit field is all ones.
void apply_zip64(const Reader& reader, std::string_view extra, std::uint64_t where,
                 std::initializer_list<std::uint64_t*> fields) {
  std::size_t at = 0;
  while (extra.size() - at >= 4) {
    std::uint16_t id = 0, length = 0;
    std::memcpy(&id, extra.data() + at, 2);
    std::memcpy(&length, extra.data() + at + 2, 2);
    at += 4;
    if (length > extra.size() - at) reader.refuse(where, "has a broken extra field");
    if (id == kZip64Extra) {
      std::size_t used = 0;
      for (std::uint64_t* field : fields) {
        if (*field != 0xffffffff) continue;
        if (used + 8 > length) reader.refuse(where, "has a short zip64 field");
        std::memcpy(field, extra.data() + at + used, 8);
        used += 8;
      }
      return;
    }
    at += length;
  }
}

struct Member {
  std::string name;
  ZipEntry entry;
  std::uint64_t header_offset = 0;
  std::uint64_t next = 0;  // of the directory's next entry
};

// The directory's entry at `at`, held against the member's own header.
Member read_member(const Reader& reader, std::uint64_t at, std::uint64_t end) {
  if (at >= end || reader.at<std::uint32_t>(at) != kCentralHeader) {
    reader.refuse(at, "has a broken directory");
  }
  const auto flags = reader.at<std::uint16_t>(at + 8);
  const auto method = reader.at<std::uint16_t>(at + 10);
  std::uint64_t packed = reader.at<std::uint32_t>(at + 20);
  std::uint64_t bytes = reader.at<std::uint32_t>(at + 24);
  const auto name_bytes = reader.at<std::uint16_t>(at + 28);
  const auto extra_bytes = reader.at<std::uint16_t>(at + 30);
  const auto comment_bytes = reader.at<std::uint16_t>(at + 32);
  std::uint64_t local = reader.at<std::uint32_t>(at + 42);
  const std::string_view name = reader.bytes(at + 46, name_bytes);
  apply_zip64(reader, reader.bytes(at + 46 + name_bytes, extra_bytes), at,
              {&bytes, &packed, &local});

  if ((flags & 1) != 0) reader.refuse(at, concat("member ", printable(name), " is encrypted"));
  if (method != 0 || packed != bytes) {
    reader.refuse(
        at, concat("member ", printable(name), " is compressed, which torch.save never does"));
  }
  if (reader.at<std::uint32_t>(local) != kLocalHeader) {
    reader.refuse(local, concat("member ", printable(name), " has no header"));
  }
  // A reader that goes by the headers must see the same members as one that goes by the directory.
  const auto local_name_bytes = reader.at<std::uint16_t>(local + 26);
  if (reader.bytes(local + 30, local_name_bytes) != name) {
    reader.refuse(local, concat("member ", printable(name), " has another name in its header"));
  }
  const std::uint64_t data = local + 30 + local_name_bytes + reader.at<std::uint16_t>(local + 28);
  reader.bytes(data, bytes);
  return {std::string(name),
          {data, bytes},
          local,
          at + 46 + std::uint64_t{name_bytes} + extra_bytes + comment_bytes};
}

}  // namespace

std::map<std::string, ZipEntry> read_zip_directory(std::string_view file, const std::string& path) {
  const Reader reader(file, path);
  const Directory directory = find_directory(reader, file);

  std::map<std::string, ZipEntry> entries;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;  // headers included
  std::uint64_t at = directory.offset;
  const std::uint64_t end = directory.offset + directory.bytes;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    const Member member = read_member(reader, at, end);
    if (!entries.emplace(member.name, member.entry).second) {
      reader.refuse(at, concat("member ", printable(member.name), " occurs twice"));
    }
    const std::uint64_t data_end = member.entry.data_offset + member.entry.bytes;
    if (data_end > directory.offset) {
      reader.refuse(at, concat("member ", printable(member.name), " overlaps the directory"));
    }
    spans.emplace_back(member.header_offset, data_end);
    at = member.next;
  }
  if (at != end) reader.refuse(at, "has a directory of another size");
  std::sort(spans.begin(), spans.end());
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].first < spans[i - 1].second) reader.refuse(spans[i].first, "members overlap");
  }
  return entries;
}

}  // namespace yardstick::checkpoint
