#pragma once

#include <string>
#include <utility>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/tensor_file.h>

namespace torch::nn {
class Module;
}

namespace yardstick {

// What to do where a checkpoint and a model differ on purpose. Everything else is an error.
struct LoadOptions {
  bool reset_head = false;  // keep the model's own random head where class counts differ
};

// What happened to each tensor. A load is complete where `missing` and `unexpected` are empty.
struct LoadReport {
  std::vector<std::string> matched;
  std::vector<std::pair<std::string, std::string>> renamed;  // file's name, model's name
  std::vector<std::string> resized;     // position embeddings interpolated to another grid
  std::vector<std::string> reset;       // kept random by LoadOptions
  std::vector<std::string> ignored;     // of another network in the file (a decoder, the old head)
  std::vector<std::string> missing;     // in the model, not in the file
  std::vector<std::string> unexpected;  // in the file, not in the model

  bool is_complete() const { return missing.empty() && unexpected.empty(); }
};

// Copies `weights` into the parameters and buffers of `module`, name by name. A shape that differs
// throws Data with both shapes; names that differ are listed in the report, and nothing is copied
// unless the report is complete.
YS_API LoadReport load_state(torch::nn::Module& module, const TensorMap& weights);

// Throws Data with the first names of each kind and the nearest spellings unless complete.
YS_API void require_complete(const LoadReport& report, const std::string& where);

// All parameters and buffers of `module` by name, sharing their storage.
YS_API TensorMap state_of(torch::nn::Module& module);

}  // namespace yardstick
