#include "tasks/io/tar_index.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

constexpr std::int64_t kBlock = 512;
// Long names and pax records are text of a few kilobytes; more is damage.
constexpr std::int64_t kMaxExtension = 1 << 20;

using Header = std::array<char, kBlock>;

// A text field: up to its first NUL.
std::string_view text_field(const Header& header, std::size_t offset, std::size_t size) {
  const std::string_view field(header.data() + offset, size);
  return field.substr(0, field.find('\0'));
}

// A number in octal digits or, where the first bit is set, in base 256.
std::optional<std::int64_t> number_field(const Header& header, std::size_t offset,
                                         std::size_t size) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(header.data() + offset);
  if ((bytes[0] & 0x80) != 0) {
    std::uint64_t value = bytes[0] & 0x7f;
    for (std::size_t i = 1; i < size; ++i) {
      if (value >> 55 != 0) return std::nullopt;
      value = value << 8 | bytes[i];
    }
    return static_cast<std::int64_t>(value);
  }
  std::string_view digits = text_field(header, offset, size);
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  digits = digits.substr(0, digits.find(' '));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) {
    return std::nullopt;
  }
  return value;
}

// The sum of all bytes, those of the checksum itself taken as blanks.
bool has_right_checksum(const Header& header) {
  constexpr std::size_t kOffset = 148, kSize = 8;
  std::int64_t sum = kSize * ' ';
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i < kOffset || i >= kOffset + kSize) sum += static_cast<unsigned char>(header[i]);
  }
  return number_field(header, kOffset, kSize) == sum;
}

bool is_zero(const Header& header) {
  return std::all_of(header.begin(), header.end(), [](char c) { return c == '\0'; });
}

struct PaxRecords {
  std::optional<std::string> path;
  std::optional<std::int64_t> size;
  bool is_sparse = false;
};

class TarReader {
 public:
  TarReader(const ByteSource& source, const std::string& where)
      : source_(source), where_(where), window_(kWindow) {}

  std::vector<TarMember> members() {
    std::vector<TarMember> members;
    std::optional<std::string> long_name;
    PaxRecords pax;
    Header header;
    std::int64_t at = 0;
    while (at < source_.size()) {
      read(at, header.data(), kBlock);
      if (is_zero(header)) break;
      if (!has_right_checksum(header)) fail(at, "not a tar header (wrong checksum)");
      const auto stated = number_field(header, 124, 12);
      if (!stated) fail(at, "a member's size is not a number");
      const char type = header[156];
      const bool is_file = type == '0' || type == '\0' || type == '7';
      const std::int64_t bytes = is_file && pax.size ? *pax.size : *stated;
      const std::int64_t data = at + kBlock;
      if (bytes > source_.size() - data) {
        fail(at, concat("the archive ends inside ", text_field(header, 0, 100)));
      }
      if (type == 'L') {
        long_name = extension(at, data, bytes);
      } else if (type == 'x') {
        pax = parse_pax(at, extension(at, data, bytes));
      } else if (type != 'K' && type != 'g') {
        if (pax.is_sparse || type == 'S') fail(at, "sparse members are not read");
        if (is_file) members.push_back({name_of(header, long_name, pax), data, bytes});
        long_name.reset();
        pax = {};
      }
      at = data + (bytes + kBlock - 1) / kBlock * kBlock;
    }
    return members;
  }

 private:
  // A page: enough for a small member between two headers, little beside a photograph that is
  // stepped over.
  static constexpr std::size_t kWindow = 4096;

  static std::string name_of(const Header& header, const std::optional<std::string>& long_name,
                             const PaxRecords& pax) {
    std::string name;
    if (pax.path) {
      name = *pax.path;
    } else if (long_name) {
      name = *long_name;
    } else {
      name = text_field(header, 0, 100);
      const std::string_view prefix = text_field(header, 345, 155);
      // GNU's old format keeps times where ustar has the prefix.
      const bool is_ustar = std::memcmp(header.data() + 257, "ustar\0", 6) == 0;
      if (is_ustar && !prefix.empty()) name = concat(prefix, "/", name);
    }
    while (name.starts_with("./")) name.erase(0, 2);
    return name;
  }

  // Serves reads from a window, so that many small members cost few system calls.
  void read(std::int64_t offset, char* out, std::int64_t count) {
    const bool is_inside = offset >= window_begin_ &&
                           offset + count <= window_begin_ + static_cast<std::int64_t>(filled_);
    if (!is_inside) {
      filled_ = source_.read_at(offset, window_.data(), window_.size());
      window_begin_ = offset;
      if (static_cast<std::int64_t>(filled_) < count)
        fail(offset, "the archive ends inside a header");
    }
    std::memcpy(out, window_.data() + (offset - window_begin_), static_cast<std::size_t>(count));
  }

  std::string extension(std::int64_t at, std::int64_t data, std::int64_t bytes) {
    if (bytes > kMaxExtension) fail(at, "an extended header of more than 1 MiB");
    std::string text(static_cast<std::size_t>(bytes), '\0');
    if (source_.read_at(data, text.data(), text.size()) != text.size()) {
      fail(at, "the archive ends inside an extended header");
    }
    if (!text.empty() && text.back() == '\0') text.pop_back();
    return text;
  }

  // Records of "length key=value\n", the length counting all of the record.
  PaxRecords parse_pax(std::int64_t at, std::string_view text) const {
    PaxRecords records;
    while (!text.empty()) {
      std::size_t length = 0;
      const auto [blank, error] = std::from_chars(text.data(), text.data() + text.size(), length);
      const auto digits = static_cast<std::size_t>(blank - text.data());
      if (error != std::errc() || length > text.size() || length < digits + 3 ||
          text[digits] != ' ' || text[length - 1] != '\n') {
        fail(at, "a damaged pax header");
      }
      const std::string_view record = text.substr(digits + 1, length - digits - 2);
      const std::size_t equals = record.find('=');
      if (equals == std::string_view::npos) fail(at, "a damaged pax header");
      const std::string_view key = record.substr(0, equals);
      const std::string_view value = record.substr(equals + 1);
      if (key == "path") records.path = value;
      if (key.starts_with("GNU.sparse.")) records.is_sparse = true;
      if (key == "size") {
        std::int64_t size = 0;
        const auto [end, bad] = std::from_chars(value.data(), value.data() + value.size(), size);
        if (bad != std::errc() || end != value.data() + value.size() || size < 0) {
          fail(at, "a pax header with a size that is no number");
        }
        records.size = size;
      }
      text.remove_prefix(length);
    }
    return records;
  }

  [[noreturn]] void fail(std::int64_t at, const std::string& what) const {
    throw_data(concat(where_, ": ", what, " at byte ", at));
  }

  const ByteSource& source_;
  const std::string& where_;
  std::vector<char> window_;
  std::int64_t window_begin_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace

std::vector<TarMember> index_tar(const ByteSource& source, const std::string& where) {
  return TarReader(source, where).members();
}

}  // namespace yardstick
