#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "registry/checkpoint/mapped_file.h"
#include "registry/checkpoint/value.h"

namespace yardstick::checkpoint {

// A file of torch.save, as data: the pickled object, and where each storage's bytes lie. Reading it
// touches the pickle and no tensor's bytes.
class TorchFile {
 public:
  enum class Format { kZip, kLegacy };

  // True where the first bytes are those of a zip archive or of torch.save before 1.6.
  static bool is_one(const MappedFile& file);
  // Throws Data, naming the file and the offset, on anything malformed or not allowed.
  explicit TorchFile(std::shared_ptr<MappedFile> file);

  Format format() const noexcept { return format_; }
  const Value& root() const noexcept { return *root_; }
  const std::shared_ptr<MappedFile>& file() const noexcept { return file_; }

  // Every tensor with the dotted path of keys and indices that leads to it ("model.head.weight"), in
  // the file's order. Throws Data on a cycle and on a name that occurs twice.
  std::vector<std::pair<std::string, const TensorView*>> tensors() const;
  // Everything but the tensors, as JSON text: {"epoch": 299, "args": {...}}.
  std::string metadata_json() const;

 private:
  void read_zip();
  void read_legacy();

  std::shared_ptr<MappedFile> file_;
  Arena arena_;
  Format format_ = Format::kZip;
  const Value* root_ = nullptr;
};

}  // namespace yardstick::checkpoint
