#pragma once

#include "registry/checkpoint/object_graph.h"
#include "registry/checkpoint/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace yardstick::checkpoint {

// A file of torch.save, as data: the pickled object, and where each storage's bytes lie. Reading it
// touches the pickle and no tensor's bytes.
class TorchFile {
 public:
  enum class Format { kZip, kLegacy };

  // True where the first bytes are those of a zip archive or of torch.save before 1.6.
  static bool is_one(std::string_view bytes);
  // `bytes` is the whole file and outlives the object; `path` is what messages call it. Throws
  // Data, naming it and the offset, on anything malformed or not allowed.
  TorchFile(std::string_view bytes, const std::string& path);
  TorchFile(const TorchFile&) = delete;
  TorchFile& operator=(const TorchFile&) = delete;

  Format format() const noexcept { return format_; }
  const Value& root() const noexcept { return *root_; }

  // As in ObjectGraph. The views live as long as this.
  std::vector<NamedTensor> tensors() const;
  std::string metadata_json() const;

 private:
  void read_zip();
  void read_legacy();

  std::string_view bytes_;
  std::string path_;
  Arena arena_;
  Format format_ = Format::kZip;
  const Value* root_ = nullptr;
};

}  // namespace yardstick::checkpoint
