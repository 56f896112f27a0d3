#include <yardstick/error.h>
#include <yardstick/tensor_file.h>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "registry/checkpoint/atomic_file.h"
#include "registry/checkpoint/mapped_file.h"

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

// The format's own bound on a header; a longer one is a broken or hostile file.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

struct DtypeName {
  const char* name;
  at::ScalarType type;
};
constexpr std::array<DtypeName, 12> kDtypes = {{{"F64", at::kDouble},
                                               {"F32", at::kFloat},
                                               {"F16", at::kHalf},
                                               {"BF16", at::kBFloat16},
                                               {"F8_E4M3", at::kFloat8_e4m3fn},
                                               {"F8_E5M2", at::kFloat8_e5m2},
                                               {"I64", at::kLong},
                                               {"I32", at::kInt},
                                               {"I16", at::kShort},
                                               {"I8", at::kChar},
                                               {"U8", at::kByte},
                                               {"BOOL", at::kBool}}};

// Reads one tensor's entry and checks it against the `data_bytes` behind the header.
class EntryReader {
 public:
  EntryReader(std::string path, std::shared_ptr<checkpoint::MappedFile> mapping, std::uint64_t data_start)
      : path_(std::move(path)), mapping_(std::move(mapping)), data_start_(data_start) {}

  std::pair<std::uint64_t, std::uint64_t> span() const { return span_; }

  at::Tensor read(const std::string& name, const Json& entry) {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets")) {
      refuse(name, "must have dtype, shape and data_offsets and nothing else");
    }
    const at::ScalarType type = dtype_of(name, entry["dtype"]);
    std::vector<std::int64_t> shape;
    const std::uint64_t wanted = byte_count(name, entry["shape"], c10::elementSize(type), shape);
    const Json& offsets = entry["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
      refuse(name, "data_offsets must be two offsets");
    }
    const auto begin = offsets[0].get<std::uint64_t>();
    const auto end = offsets[1].get<std::uint64_t>();
    const std::uint64_t available = mapping_->bytes() - data_start_;
    if (begin > end || end > available) {
      refuse(name, concat("lies at bytes ", data_start_, "+", begin, " to ", data_start_, "+", end,
                          ", the file ends at ", mapping_->bytes(),
                          end > available ? " (truncated?)" : ""));
    }
    if (end - begin != wanted) {
      refuse(name, concat("has ", end - begin, " bytes, its shape needs ", wanted));
    }
    span_ = {begin, end};
    char* data = mapping_->data() + data_start_ + begin;
    const auto options = at::TensorOptions().dtype(type);
    // Kernels require aligned elements; a file with a header of odd length is legal all the same.
    if (wanted == 0 || reinterpret_cast<std::uintptr_t>(data) % c10::elementSize(type) != 0) {
      at::Tensor copy = at::empty(shape, options);
      if (wanted > 0) std::memcpy(copy.data_ptr(), data, wanted);
      return copy;
    }
    return at::from_blob(data, shape, [keep = mapping_](void*) {}, options);
  }

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& why) const {
    throw_data(concat(path_, ": tensor ", name, " ", why));
  }

  at::ScalarType dtype_of(const std::string& name, const Json& json) const {
    if (json.is_string()) {
      for (const DtypeName& dtype : kDtypes) {
        if (json.get_ref<const std::string&>() == dtype.name) return dtype.type;
      }
    }
    refuse(name, concat("has the unknown dtype ", json.dump()));
  }

  std::uint64_t byte_count(const std::string& name, const Json& json, std::uint64_t element_bytes,
                           std::vector<std::int64_t>& shape) const {
    if (!json.is_array() || json.size() > 64) refuse(name, "shape must be a list of sizes");
    std::uint64_t bytes = element_bytes;
    for (const Json& size : json) {
      if (!size.is_number_unsigned() || size.get<std::uint64_t>() > (std::uint64_t{1} << 48) ||
          __builtin_mul_overflow(bytes, size.get<std::uint64_t>(), &bytes)) {
        refuse(name, concat("has the impossible shape ", json.dump()));
      }
      shape.push_back(size.get<std::int64_t>());
    }
    return bytes;
  }

  std::string path_;
  std::shared_ptr<checkpoint::MappedFile> mapping_;
  std::uint64_t data_start_;
  std::pair<std::uint64_t, std::uint64_t> span_;
};

// Parses the header, refusing a name that occurs twice, which JSON parsers merge silently.
Json parse_header(const std::string& path, const char* begin, const char* end) {
  std::vector<std::string> seen;
  std::string duplicate;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1) seen.push_back(parsed.get<std::string>());
    return true;
  };
  Json header;
  try {
    header = Json::parse(begin, end, watch);
  } catch (const nlohmann::json::exception& error) {
    throw_data(concat(path, ": the header is not JSON: ", error.what()));
  }
  if (!header.is_object()) throw_data(concat(path, ": the header is not a JSON object"));
  std::sort(seen.begin(), seen.end());
  const auto twice = std::adjacent_find(seen.begin(), seen.end());
  if (twice != seen.end()) throw_data(concat(path, ": tensor ", *twice, " occurs twice"));
  return header;
}

void check_tiling(const std::string& path, std::vector<std::pair<std::uint64_t, std::uint64_t>> spans,
                  std::uint64_t data_bytes) {
  std::sort(spans.begin(), spans.end());
  std::uint64_t at = 0;
  for (const auto& [begin, end] : spans) {
    if (begin < at) throw_data(concat(path, ": two tensors overlap at data offset ", begin));
    if (begin > at) throw_data(concat(path, ": no tensor covers data offset ", at));
    at = end;
  }
  if (at != data_bytes) {
    throw_data(concat(path, ": ", data_bytes - at, " bytes at the end belong to no tensor"));
  }
}

}  // namespace

TensorFile read_safetensors(const std::string& path) {
  const std::shared_ptr<checkpoint::MappedFile> mapping = checkpoint::MappedFile::open(path);
  if (mapping->bytes() < 8) {
    throw_data(concat(path, ": has ", mapping->bytes(), " bytes, too few for a safetensors file"));
  }
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, mapping->data(), 8);
  if (header_bytes > kMaxHeaderBytes || header_bytes > mapping->bytes() - 8) {
    throw_data(concat(path, ": the header claims ", header_bytes, " bytes, the file has ",
                      mapping->bytes()),
               "truncated, or not a safetensors file");
  }
  const char* header_start = mapping->data() + 8;
  const Json header = parse_header(path, header_start, header_start + header_bytes);

  TensorFile file;
  EntryReader reader(path, mapping, 8 + header_bytes);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) throw_data(concat(path, ": __metadata__ is not an object"));
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) throw_data(concat(path, ": metadata ", key, " is not text"));
        file.metadata[key] = value.get<std::string>();
      }
      continue;
    }
    file.tensors.emplace(name, reader.read(name, entry));
    spans.push_back(reader.span());
  }
  check_tiling(path, std::move(spans), mapping->bytes() - 8 - header_bytes);
  return file;
}

void write_safetensors(const std::string& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto dtype = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const DtypeName& known) {
      return known.type == tensor.scalar_type();
    });
    if (dtype == kDtypes.end()) {
      throw_data(concat(path, ": safetensors has no dtype for tensor ", name));
    }
    const std::uint64_t bytes = tensor.numel() * tensor.element_size();
    header[name] = {{"dtype", dtype->name}, {"shape", tensor.sizes().vec()},
                    {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // keeps the data aligned

  checkpoint::AtomicFile file(path);
  const std::uint64_t header_bytes = text.size();
  file.write(&header_bytes, 8);
  file.write(text.data(), text.size());
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor flat = tensor.detach().to(at::kCPU).contiguous();
    file.write(flat.const_data_ptr(), flat.numel() * flat.element_size());
  }
  file.commit();
}

}  // namespace yardstick
