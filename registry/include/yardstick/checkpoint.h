#pragma once

#include <map>
#include <string>

#include <yardstick/export.h>
#include <yardstick/tensor_file.h>

namespace yardstick {

enum class CheckpointFormat { kSafetensors, kShardedSafetensors, kTorchZip, kTorchLegacy };
YS_API std::string_view to_string(CheckpointFormat format);

// What a file of weights holds, whatever its format. Tensors are views of a private mapping of the
// file: opening reads names and shapes only.
struct Checkpoint {
  CheckpointFormat format = CheckpointFormat::kSafetensors;
  // By the dotted path of dictionary keys and list indices ("model.head.weight", "optimizer.state.0.step").
  TensorMap tensors;
  // Everything else, as a JSON object: {"epoch": 299, "args": {...}}.
  std::string metadata = "{}";
};

// Reads, told apart by content:
//   safetensors, and "*.index.json" with the shards that it names beside it;
//   torch.save of 1.6 and later (zip) and before (legacy), without running anything of the pickle: names
//   outside a list of what checkpoints are made of are refused.
// Throws Data with the file's name and the offset on anything malformed, truncated or not allowed.
YS_API Checkpoint read_checkpoint(const std::string& path);

// Writes a flat state dict that torch.load(weights_only=True) opens: a zip archive with 64-byte aligned
// storages. Appears whole or not at all; throws Environment where that fails.
YS_API void write_torch_checkpoint(const std::string& path, const TensorMap& tensors);

}  // namespace yardstick
