#pragma once

#include "cli/model_part.h"

#include <yardstick/checkpoint.h>

#include <map>
#include <string>

namespace yardstick::cli {

// A file of weights and the part of it that is a model. Opening reads names and shapes.
struct WeightsFile {
  CheckpointFile file;
  ModelPart model;

  // Views of the mapped file, by the names within the part.
  TensorMap tensors() const;
};

// `key` is --weights-key. Throws Data as CheckpointFile does, User as find_model does.
WeightsFile open_weights_file(const std::string& path, const std::string& key);

// The text entries of a file's metadata.
std::map<std::string, std::string> text_metadata(const CheckpointFile& file);

// SHA-256 of the file; of an index, of the list of its own and its shards' hashes.
std::string sha256_of_checkpoint(const CheckpointFile& file, const std::string& path);

}  // namespace yardstick::cli
