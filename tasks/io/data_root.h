#pragma once

#include "tasks/io/image_dataset.h"

#include <cstdint>
#include <string>

namespace yardstick {

// Lists one split ("train" or "val") of what `root` names, in any of these forms:
//   folder      ROOT/<split>/<class>/.../<image>, or ROOT/<split>/*.tar, or ROOT/*<split>*.tar;
//               "val" is also found as "validation" or "valid"
//   tar         [folder/]<split>/<class>/<image> inside, or WebDataset's <key>.jpg and <key>.cls;
//               .tar is read in place, .tar.gz and the like are unpacked into memory
//   pattern     name-{000000..000012}.tar, with {split} standing for the split
// `class_index` is the path of a class index file, or "". Throws Data where there is no such split
// (naming those that exist), no images, or classes that do not fit the class index.
ImageDataset open_labelled_images(const std::string& root, const std::string& split,
                                  const std::string& class_index, std::int64_t workers);

// Lists every image below a folder, inside tars there too, or those of a tar or pattern, or a
// single file, without regard to splits and classes. Throws Data where there is none.
ImageDataset open_all_images(const std::string& root, std::int64_t workers);

}  // namespace yardstick
