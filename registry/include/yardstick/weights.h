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

// Where loaded parameters are.
enum class WeightsMemory {
  kOwned,  // copied: what is timed or trained has memory as any other model's
  kMapped  // shared with the tensors that were given, views of a mapped file, wherever dtype, shape
           // and strides are the same: ready at once, for as long as nobody writes to the file
};

struct LoadOptions {
  // Where a checkpoint and a model differ on purpose: keep the model's own random head where class
  // counts differ. Every other difference is an error.
  bool reset_head = false;
  WeightsMemory memory = WeightsMemory::kOwned;
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

// Puts `weights` into the parameters and buffers of `module`, name by name. A shape that differs
// throws Data with both shapes; names that differ are listed in the report, and nothing is loaded
// unless the report is complete. Under kMapped no two parameters share memory: where they would,
// and on devices other than the CPU, values are copied.
YS_API LoadReport load_state(torch::nn::Module& module, const TensorMap& weights,
                             WeightsMemory memory = WeightsMemory::kOwned);

// Throws Data with the first names of each kind and the nearest spellings unless complete.
YS_API void require_complete(const LoadReport& report, const std::string& where);

// All parameters and buffers of `module` by name, sharing their storage.
YS_API TensorMap state_of(torch::nn::Module& module);

}  // namespace yardstick
