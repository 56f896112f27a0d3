#pragma once

#include "tasks/io/byte_source.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// One encoded image and where its bytes are.
struct Sample {
  // Relative to the data's root: "val/7/0003.jpg", or "val-000.tar:0003.jpg" inside an archive.
  std::string name;
  std::int32_t target = -1;   // class index; -1: none
  std::int32_t archive = -1;  // index into ImageDataset::archives; -1: a file of its own
  std::int64_t offset = 0;    // within the archive
  std::int64_t bytes = 0;     // within the archive
};

struct SampleOrigin {
  std::string split;  // "train", "val", "test", or "" where the name tells none
  std::string label;  // class folder or class number, or ""
};

// The images of one root, or of one split of it, in a fixed order. Constant once it is made, so
// that any number of threads may read.
struct ImageDataset {
  struct Store {
    std::string name;  // relative to the root, as the start of its samples' names
    std::shared_ptr<const ByteSource> unpacked;  // null: the file itself is read
  };

  std::string prefix;  // what makes a sample's name a path
  std::vector<std::string> class_names;
  bool has_numbered_classes = false;  // targets come from .cls members, not from folders
  std::vector<Sample> samples;
  std::vector<Store> archives;

  std::string path_of(const Sample& sample) const { return prefix + sample.name; }
  SampleOrigin origin_of(const Sample& sample) const;
  // Replaces `out` by the sample's encoded bytes. Throws Data, naming the file, where they cannot
  // be read; Environment where the process is out of file descriptors or memory.
  void read(const Sample& sample, std::vector<std::uint8_t>& out) const;
  // Size of the encoded image. Throws as read.
  std::int64_t bytes_of(const Sample& sample) const;
};

// The split that a folder's name stands for ("validation" is "val"), or "".
std::string canonical_split(std::string_view folder);

// The split that a word of a shard's name stands for, as in "imagenet-val-000.tar", or "".
std::string split_in_words(std::string_view name);

// The folders "split/class" in "[folder/...]split/class/.../file", where the split is at most the
// folder number `deepest` (from 0).
SampleOrigin origin_in_path(std::string_view path, std::size_t deepest);

}  // namespace yardstick
