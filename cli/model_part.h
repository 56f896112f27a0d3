#pragma once

#include <yardstick/checkpoint.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// Which tensors of a checkpoint are a model's state dict.
struct ModelPart {
  std::string key;  // what they lie in: "model"; "" where the file is a state dict itself
  std::map<std::string, std::size_t> tensors;  // name within `key`, position in the entries
  std::vector<std::string> left_out;           // the checkpoint's other parts: "optimizer"
};

// Finds the one dictionary in which a training script kept the model ("model", "model_state",
// "state_dict", ...) beside an optimizer, a scaler and the like; a plain state dict is taken whole.
// `key`, where not "", names the dictionary ("model_ema", "." for all of the file). Throws User,
// naming `path` and the candidates, where there are several, as a model and its moving average, or
// none of that key.
ModelPart find_model(const std::vector<CheckpointEntry>& entries, const std::string& key,
                     const std::string& path);

}  // namespace yardstick::cli
