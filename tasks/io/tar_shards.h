#pragma once

#include "tasks/io/image_dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// Opens the shards `prefix` + names[i] with `workers` threads and lists all their images in the
// shards' order. Where a shard has .cls members it is of WebDataset's kind: files that share their
// name up to its first dot are one sample, of which the image and the class number are read. Else
// targets are -1. Throws Data, naming shard and sample, on a sample with two images, a class that
// is no number, or a damaged shard.
ImageDataset list_shards(const std::string& prefix, const std::vector<std::string>& names,
                         std::int64_t workers);

// Keeps the images of `split` and gives them classes, as list_image_folder does. Shards of
// WebDataset's kind hold one split only, and number their classes themselves; others hold
// "[folder/]split/class/file". Throws Data as list_image_folder, or where the split is missing.
void select_split(ImageDataset& dataset, const std::string& split,
                  const std::vector<std::string>& class_index, const std::string& where);

}  // namespace yardstick
