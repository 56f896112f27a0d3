#pragma once

#include <yardstick/params.h>
#include <yardstick/preprocessing.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// What a weights file that Yardstick trained says of itself, in the "__metadata__" of its
// safetensors file: all that eval and bench need to use it.
struct CheckpointMetadata {
  std::string model;                // registry name
  std::string model_params = "{}";  // JSON object of the parameters it was built with
  std::string methods = "[]";       // JSON array, as in a record
  Preprocessing preprocessing;
  std::string task;
  std::vector<std::string> classes;  // names, in the order of the logits
  std::string objective;             // what was minimised; "" in files of older versions
  std::string averaging;             // "ema_decay=0.9999" where the weights are averages, else ""
  std::string yardstick_version;     // of the writer; filled in by to_metadata
};

// Keys "yardstick_version", "model", "model_params", "methods", "preprocessing", "task", "classes",
// and where they are not empty "objective" and "averaging".
std::map<std::string, std::string> to_metadata(const CheckpointMetadata& checkpoint);

// Nothing where `metadata` has no "yardstick_version": another program wrote the file. Throws Data,
// naming `where`, where a key is missing or malformed.
std::optional<CheckpointMetadata> checkpoint_metadata(
    const std::map<std::string, std::string>& metadata, const std::string& where);

// Sets `params` from a JSON object such as model_params. Throws Data, naming `where`, on a
// parameter that the schema does not have or a value of another type or out of range.
void set_params_from_json(Params& params, const std::string& json, const std::string& where);

}  // namespace yardstick
