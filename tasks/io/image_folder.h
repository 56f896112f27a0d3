#pragma once

#include "tasks/io/image_dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// Paths below `folder`, relative to it, of all files whose names satisfy `is_wanted`, in the order
// of torchvision's datasets: folders by path, files by name within, both byte by byte. Links to
// folders are followed. Throws Data, naming the folder, where one cannot be listed or nests over 64
// deep (a link to its own parent).
std::vector<std::string> list_files(const std::string& folder,
                                    bool (*is_wanted)(std::string_view name));

// Names of the folders in `folder`, sorted byte by byte. Throws Data as list_files.
std::vector<std::string> list_folders(const std::string& folder);

// The images of `root`/`split`/<class>/..., classes in the order of their sorted names or, where
// given, of `class_index` (in which case it may name classes that have no folder). `split` is a
// path below `root`. Throws Data on no class folders, a class without images, or a folder that
// `class_index` does not name.
ImageDataset list_image_folder(const std::string& root, const std::string& split,
                               const std::vector<std::string>& class_index, std::int64_t workers);

}  // namespace yardstick
