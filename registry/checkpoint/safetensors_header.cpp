#include "registry/checkpoint/safetensors_header.h"

#include "registry/checkpoint/printable.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace yardstick::checkpoint {
namespace {

using Json = nlohmann::json;

// The format's own bound on a header; a longer one is a broken or hostile file.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kMaxDimensions = 64;

// A tensor's entry as it stands in the header. A list that is too long or holds anything but sizes
// is marked, for a message that can name the tensor.
struct RawEntry {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> offsets;
  unsigned fields = 0;  // of Field, as bits
  bool has_bad_shape = false;
  bool has_bad_offsets = false;
};
enum Field : unsigned { kNone = 0, kDtype = 1, kShape = 2, kOffsets = 4, kAll = 7 };

// Takes the header as it is parsed, so that no tree of a hostile one is ever built.
class HeaderReader final : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderReader(const std::string& path) : path_(path) {}

  std::vector<RawEntry> entries;
  std::map<std::string, std::string> metadata;

  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(number_integer_t) override { return other(); }
  bool number_float(number_float_t, const string_t&) override { return other(); }
  bool binary(binary_t&) override { return other(); }

  bool number_unsigned(number_unsigned_t value) override {
    if (!is_in_list_) return other();
    RawEntry& entry = entries.back();
    if (field_ == kShape) {
      if (entry.shape.size() == kMaxDimensions)
        entry.has_bad_shape = true;
      else
        entry.shape.push_back(value);
    } else if (field_ == kOffsets) {
      if (entry.offsets.size() == 2)
        entry.has_bad_offsets = true;
      else
        entry.offsets.push_back(value);
    } else {
      return other();
    }
    return true;
  }

  bool string(string_t& value) override {
    if (depth_ == 2 && is_metadata_) {
      metadata[key_] = value;
      return true;
    }
    if (depth_ != 2 || field_ != kDtype || is_in_list_) return other();
    entries.back().dtype = value;
    return true;
  }

  bool start_object(std::size_t) override {
    if (is_in_list_ || depth_ == 2) return other();
    ++depth_;
    if (depth_ == 2 && !is_metadata_) entries.emplace_back().name = key_;
    field_ = kNone;
    return true;
  }

  bool key(string_t& name) override {
    if (depth_ == 1) {
      is_metadata_ = name == "__metadata__";
      if (is_metadata_ && std::exchange(has_metadata_, true)) refuse("__metadata__ occurs twice");
    } else if (is_metadata_) {
      if (metadata.contains(name)) refuse(concat("metadata ", printable(name), " occurs twice"));
    } else {
      field_ = name == "dtype"          ? kDtype
               : name == "shape"        ? kShape
               : name == "data_offsets" ? kOffsets
                                        : kNone;
      RawEntry& entry = entries.back();
      if (field_ == kNone || (entry.fields & field_) != 0) refuse_fields(entry.name);
      entry.fields |= field_;
    }
    key_ = std::move(name);
    return true;
  }

  bool end_object() override {
    if (depth_ == 2 && !is_metadata_ && entries.back().fields != kAll) {
      refuse_fields(entries.back().name);
    }
    --depth_;
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ != 2 || is_metadata_ || is_in_list_ || (field_ & (kShape | kOffsets)) == 0) {
      return other();
    }
    is_in_list_ = true;
    return true;
  }

  bool end_array() override {
    is_in_list_ = false;
    return true;
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    refuse(concat("the header is not JSON: ", printable(error.what(), 200)));
  }

  [[noreturn]] void refuse(const std::string& why) const { throw_data(concat(path_, ": ", why)); }

 private:
  [[noreturn]] void refuse_fields(const std::string& name) const {
    refuse(concat("tensor ", printable(name),
                  " must have dtype, shape and data_offsets and nothing else"));
  }

  // A value where none of its kind belongs.
  bool other() {
    if (depth_ == 0) refuse("the header is not a JSON object");
    if (is_metadata_) {
      refuse(depth_ == 1 ? "__metadata__ is not an object"
                         : concat("metadata ", printable(key_), " is not text"));
    }
    if (depth_ == 1) refuse_fields(key_);
    const std::string name = concat("tensor ", printable(entries.back().name));
    if (field_ == kShape)
      refuse(concat(name, " has the impossible shape of something else than sizes"));
    if (field_ == kOffsets) refuse(concat(name, " data_offsets must be two offsets"));
    refuse(concat(name, " has the unknown dtype of something else than text"));
  }

  const std::string& path_;
  std::string key_;
  int depth_ = 0;
  unsigned field_ = kNone;
  bool is_metadata_ = false;
  bool has_metadata_ = false;
  bool is_in_list_ = false;
};

// Checks one tensor's entry against the `file_bytes` of the file, whose data begins at
// `data_start`.
SafetensorsEntry checked(RawEntry raw, const std::string& path, std::uint64_t data_start,
                         std::uint64_t file_bytes) {
  const auto refuse = [&](const auto&... why) {
    throw_data(concat(path, ": tensor ", printable(raw.name), " ", why...));
  };
  const auto dtype = dtype_from_safetensors_name(raw.dtype);
  if (!dtype) refuse("has the unknown dtype ", printable(raw.dtype));
  SafetensorsEntry entry;
  entry.dtype = *dtype;

  std::uint64_t wanted = element_bytes(entry.dtype);
  std::uint64_t spanned =
      wanted;  // without the sizes that are 0, as PyTorch wants them countable too
  for (const std::uint64_t size : raw.shape) {
    wanted *= size == 0 ? 0 : 1;
    raw.has_bad_shape = raw.has_bad_shape || size > (std::uint64_t{1} << 48) ||
                        (size != 0 && __builtin_mul_overflow(spanned, size, &spanned));
    entry.shape.push_back(static_cast<std::int64_t>(size));
  }
  if (raw.has_bad_shape || spanned > (std::uint64_t{1} << 62)) refuse("has an impossible shape");
  if (wanted != 0) wanted = spanned;

  if (raw.has_bad_offsets || raw.offsets.size() != 2) refuse("data_offsets must be two offsets");
  const std::uint64_t begin = raw.offsets[0];
  const std::uint64_t end = raw.offsets[1];
  const std::uint64_t available = file_bytes - data_start;
  if (begin > end || end > available) {
    refuse("lies at bytes ", data_start, "+", begin, " to ", data_start, "+", end,
           ", the file ends at ", file_bytes, end > available ? " (truncated?)" : "");
  }
  if (end - begin != wanted) {
    refuse("has ", end - begin, " bytes, its shape needs ", wanted);
  }
  entry.begin = data_start + begin;
  entry.end = data_start + end;
  entry.name = std::move(raw.name);
  return entry;
}

void check_names(const std::vector<SafetensorsEntry>& entries, const std::string& path) {
  std::vector<std::string_view> names;
  for (const SafetensorsEntry& entry : entries) names.emplace_back(entry.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    throw_data(concat(path, ": tensor ", printable(*twice), " occurs twice"));
  }
}

void check_tiling(const std::vector<SafetensorsEntry>& entries, const std::string& path,
                  std::uint64_t data_start, std::uint64_t file_bytes) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
  for (const SafetensorsEntry& entry : entries) spans.emplace_back(entry.begin, entry.end);
  std::sort(spans.begin(), spans.end());
  std::uint64_t at = data_start;
  for (const auto& [begin, end] : spans) {
    if (begin < at) {
      throw_data(concat(path, ": two tensors overlap at data offset ", begin - data_start));
    }
    if (begin > at) throw_data(concat(path, ": no tensor covers data offset ", at - data_start));
    at = end;
  }
  if (at != file_bytes) {
    throw_data(concat(path, ": ", file_bytes - at, " bytes at the end belong to no tensor"));
  }
}

}  // namespace

SafetensorsHeader read_safetensors_header(std::string_view file, const std::string& path) {
  if (file.size() < 8) {
    throw_data(concat(path, ": has ", file.size(), " bytes, too few for a safetensors file"));
  }
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), 8);
  if (header_bytes > kMaxHeaderBytes || header_bytes > file.size() - 8) {
    throw_data(
        concat(path, ": the header claims ", header_bytes, " bytes, the file has ", file.size()),
        "truncated, or not a safetensors file");
  }
  HeaderReader reader(path);
  const std::string_view text = file.substr(8, header_bytes);
  Json::sax_parse(text.begin(), text.end(), &reader);

  SafetensorsHeader header;
  header.metadata = std::move(reader.metadata);
  const std::uint64_t data_start = 8 + header_bytes;
  for (RawEntry& raw : reader.entries) {
    header.entries.push_back(checked(std::move(raw), path, data_start, file.size()));
  }
  check_names(header.entries, path);
  check_tiling(header.entries, path, data_start, file.size());
  return header;
}

}  // namespace yardstick::checkpoint
