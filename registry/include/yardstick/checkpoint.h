#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/tensor_file.h>

namespace yardstick {

enum class CheckpointFormat { kSafetensors, kShardedSafetensors, kTorchZip, kTorchLegacy };
YS_API std::string_view to_string(CheckpointFormat format);

// One tensor of a checkpoint, without its data.
struct CheckpointEntry {
  // The dotted path of dictionary keys and list indices: "model.head.weight".
  std::string name;
  // The first of those keys where the tensor lies in a dictionary of the file's own ("model"). "" for
  // a tensor of a flat file, whatever dots its name has: safetensors files are always flat.
  std::string part;
  std::string dtype;  // "float32", as PyTorch calls it
  std::vector<std::int64_t> shape;
  std::uint64_t bytes = 0;  // of its elements; views may share them
};

// A file of weights, whatever its format, told apart by content:
//   safetensors, and an index ("*.json") of shards with the shards that it names beside it;
//   torch.save of 1.6 and later (zip) and before (legacy), without running anything of the pickle:
//   names outside a list of what checkpoints are made of are refused.
// Opening reads names and shapes and touches no tensor's bytes. docs/checkpoints.md has the formats and
// the bounds. One thread uses it at a time.
class YS_API CheckpointFile {
 public:
  // Throws Data with the file's name and the offset on anything malformed, truncated or not allowed.
  explicit CheckpointFile(const std::string& path);
  ~CheckpointFile();
  CheckpointFile(CheckpointFile&&) noexcept;
  CheckpointFile& operator=(CheckpointFile&&) noexcept;

  CheckpointFormat format() const noexcept;
  // In the file's order.
  const std::vector<CheckpointEntry>& entries() const noexcept;
  // Everything but the tensors, as a JSON object: {"epoch": 299, "args": {...}}.
  const std::string& metadata() const noexcept;
  // The shards of an index; else the file itself.
  const std::vector<std::string>& files() const noexcept;

  // The tensor of entries()[index]: a view of a private mapping of the file, which lives as long as
  // it; writing to it does not reach the file. Where elements lie unaligned (legacy files), a copy.
  at::Tensor tensor(std::size_t index) const;

  // Throws Data where a file was written to since it was opened: views of it then hold old and new
  // bytes. Renaming another file over it does no harm.
  void require_unchanged() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// All of a file at once.
struct Checkpoint {
  CheckpointFormat format = CheckpointFormat::kSafetensors;
  TensorMap tensors;
  std::string metadata = "{}";
};
YS_API Checkpoint read_checkpoint(const std::string& path);

// Writes a flat state dict that torch.load(weights_only=True) opens: a zip archive with 64-byte aligned
// storages. Appears whole or not at all; throws Environment where that fails.
YS_API void write_torch_checkpoint(const std::string& path, const TensorMap& tensors);

}  // namespace yardstick
