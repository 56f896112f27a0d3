#pragma once

#include "tasks/io/image_dataset.h"

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick {

// What a fingerprint covers of one image.
struct FingerprintItem {
  std::string name;
  std::int64_t bytes = 0;
  std::string label;
  std::string sha256;  // of the encoded image; not used in a listing
};

// SHA-256, in hexadecimal, over "name NUL bytes NUL label NUL [sha256 NUL]" of each item in byte
// order of the names; docs/data.md.
std::string content_hash(std::vector<FingerprintItem> items);
std::string listing_hash(std::vector<FingerprintItem> items);

// "content:<hash>" where the images have less than 256 MB in all, else "listing:<hash>". Reads what
// it hashes with `workers` threads. Throws Data, naming the file, where an image cannot be read.
std::string fingerprint_of(const ImageDataset& dataset, std::int64_t workers);

}  // namespace yardstick
