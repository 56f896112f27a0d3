#include "registry/checkpoint/torch_writer.h"

#include "registry/checkpoint/atomic_file.h"
#include "registry/checkpoint/strides.h"

#include <yardstick/check.h>

#include <zlib.h>

#include <cstring>
#include <limits>

namespace yardstick::checkpoint {
namespace {

// Protocol 2, which every PyTorch reads.
class PickleWriter {
 public:
  PickleWriter() { bytes_ = "\x80\x02"; }

  void global(const std::string& module, const std::string& name) {
    bytes_ += "c" + module + "\n" + name + "\n";
  }
  void text(const std::string& value) {
    bytes_ += 'X';
    little(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }
  void integer(std::int64_t value) {
    if (value >= 0 && value < 256) {
      bytes_ += 'K';
      bytes_ += static_cast<char>(value);
    } else if (value >= 0 && value <= std::numeric_limits<std::int32_t>::max()) {
      bytes_ += 'J';
      little(static_cast<std::int32_t>(value));
    } else {
      bytes_ += "\x8a\x08";
      little(value);
    }
  }
  void tuple(const std::vector<std::int64_t>& values) {
    bytes_ += '(';
    for (const std::int64_t value : values) integer(value);
    bytes_ += 't';
  }
  void raw(const char* opcodes) { bytes_ += opcodes; }

  const std::string& bytes() const { return bytes_; }

 private:
  template <typename T>
  void little(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  std::string bytes_;
};

// OrderedDict([(name, _rebuild_tensor_v2(storage i, 0, shape, strides, False, OrderedDict())),
// ...])
std::string pickle_of(const std::vector<TensorBytes>& tensors) {
  PickleWriter out;
  out.global("collections", "OrderedDict");
  out.raw(")R(");
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const TensorBytes& tensor = tensors[i];
    const char* storage = storage_name(tensor.dtype);
    out.text(tensor.name);
    out.global("torch._utils", storage != nullptr ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
    out.raw("((");
    out.text("storage");
    if (storage != nullptr) {
      out.global("torch", storage);
    } else {
      out.global("torch.storage", "UntypedStorage");
    }
    out.text(std::to_string(i));
    out.text("cpu");
    const std::uint64_t element = storage != nullptr ? element_bytes(tensor.dtype) : 1;
    out.integer(static_cast<std::int64_t>(tensor.bytes / element));
    out.raw("tQ");
    out.integer(0);
    out.tuple(tensor.shape);
    out.tuple(contiguous_strides(tensor.shape));
    out.raw("\x89");
    out.global("collections", "OrderedDict");
    out.raw(")R");
    if (storage == nullptr) out.global("torch", dtype_name(tensor.dtype));
    out.raw("tR");
  }
  out.raw("u.");
  return out.bytes();
}

// A zip archive of stored members, each member's bytes aligned as torch.save aligns them.
class ZipWriter {
 public:
  explicit ZipWriter(const std::string& path) : file_(path) {}

  void add(const std::string& name, const void* data, std::uint64_t bytes) {
    constexpr std::uint64_t kAlignment = 64;
    constexpr std::uint16_t kPaddingExtra = 0x4246;  // "FB", as PyTorch names it
    Member member{name, checksum(data, bytes), bytes, file_.offset()};
    const bool is_zip64 = needs_zip64(bytes);
    std::string extra = is_zip64 ? zip64_extra({bytes, bytes}) : std::string();
    const std::uint64_t header = 30 + name.size() + extra.size() + 4;
    const std::uint64_t padding = (kAlignment - (member.offset + header) % kAlignment) % kAlignment;
    append(extra, kPaddingExtra);
    append(extra, static_cast<std::uint16_t>(padding));
    extra.append(padding, 'Z');

    std::string local;
    append(local, std::uint32_t{0x04034b50});
    append_common(local, member, is_zip64);
    append(local, static_cast<std::uint16_t>(name.size()));
    append(local, static_cast<std::uint16_t>(extra.size()));
    local += name + extra;
    file_.write(local.data(), local.size());
    file_.write(data, bytes);
    members_.push_back(std::move(member));
  }

  void finish() {
    const std::uint64_t start = file_.offset();
    std::string directory;
    for (const Member& member : members_) {
      const bool is_zip64 = needs_zip64(member.bytes) || needs_zip64(member.offset);
      const std::string extra =
          is_zip64 ? zip64_extra({member.bytes, member.bytes, member.offset}) : std::string();
      append(directory, std::uint32_t{0x02014b50});
      append(directory, std::uint16_t{45});
      append_common(directory, member, is_zip64);
      append(directory, static_cast<std::uint16_t>(member.name.size()));
      append(directory, static_cast<std::uint16_t>(extra.size()));
      directory.append(10, '\0');  // comment, disk, attributes
      append(directory, is_zip64 ? 0xffffffffU : static_cast<std::uint32_t>(member.offset));
      directory += member.name + extra;
    }
    const std::uint64_t size = directory.size();
    const std::uint64_t count = members_.size();
    const std::uint64_t record = start + size;
    append(directory, std::uint32_t{0x06064b50});
    append(directory, std::uint64_t{44});
    append(directory, std::uint16_t{45});
    append(directory, std::uint16_t{45});
    append(directory, std::uint64_t{0});  // disks
    for (const std::uint64_t value : {
             count,
             count,
             size,
             start,
         })
      append(directory, value);
    append(directory, std::uint32_t{0x07064b50});
    append(directory, std::uint32_t{0});
    append(directory, record);
    append(directory, std::uint32_t{1});
    append(directory, std::uint32_t{0x06054b50});
    append(directory, std::uint32_t{0});
    // All ones: see the zip64 record.
    append(directory, std::uint64_t{0xffffffffffffffff});
    append(directory, std::uint32_t{0xffffffff});
    append(directory, std::uint16_t{0});
    file_.write(directory.data(), directory.size());
    file_.commit();
  }

 private:
  struct Member {
    std::string name;
    std::uint32_t crc = 0;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
  };

  static bool needs_zip64(std::uint64_t value) { return value >= 0xffffffff; }

  template <typename T>
  static void append(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  static std::string zip64_extra(std::initializer_list<std::uint64_t> values) {
    std::string extra;
    append(extra, std::uint16_t{0x0001});
    append(extra, static_cast<std::uint16_t>(8 * values.size()));
    for (const std::uint64_t value : values) append(extra, value);
    return extra;
  }

  // From "version needed" to "uncompressed size".
  static void append_common(std::string& out, const Member& member, bool is_zip64) {
    append(out, std::uint16_t{45});
    append(out, std::uint16_t{0});           // flags
    append(out, std::uint16_t{0});           // stored
    append(out, std::uint32_t{0x00210000});  // 1980-01-01, so that equal content gives equal files
    append(out, member.crc);
    const std::uint32_t size = is_zip64 ? 0xffffffffU : static_cast<std::uint32_t>(member.bytes);
    append(out, size);
    append(out, size);
  }

  static std::uint32_t checksum(const void* data, std::uint64_t bytes) {
    return static_cast<std::uint32_t>(::crc32_z(0, static_cast<const Bytef*>(data), bytes));
  }

  AtomicFile file_;
  std::vector<Member> members_;
};

}  // namespace

void write_torch_zip(const std::string& path, const std::vector<TensorBytes>& tensors) {
  ZipWriter zip(path);
  const std::string pickle = pickle_of(tensors);
  zip.add("archive/data.pkl", pickle.data(), pickle.size());
  zip.add("archive/byteorder", "little", 6);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    zip.add("archive/data/" + std::to_string(i), tensors[i].data, tensors[i].bytes);
  }
  zip.add("archive/version", "3\n", 2);
  zip.finish();
}

}  // namespace yardstick::checkpoint
