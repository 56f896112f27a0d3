#pragma once

#include <yardstick/tensor_file.h>

#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// What a file holds for a model, whatever its format (safetensors, its shards, torch.save).
struct WeightsFile {
  TensorMap tensors;
  std::map<std::string, std::string> metadata;  // text entries only
  // Where the file is a training checkpoint: its other parts, as "optimizer".
  std::vector<std::string> left_out;
};

// Reads names and shapes; tensors are views of the mapped file. Throws Data as read_checkpoint
// does.
WeightsFile read_weights_file(const std::string& path);

// The same for a checkpoint's tensors by dotted path, for tests: where they lie in one of the parts
// that training scripts keep a model in ("model", "state_dict", ...) beside other parts, that part.
WeightsFile select_model(const TensorMap& tensors);

}  // namespace yardstick::cli
