#include "tasks/io/image_dataset.h"

#include "tasks/io/path_names.h"

#include <yardstick/error.h>

#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

namespace yardstick {

std::string canonical_split(std::string_view folder) {
  if (folder == "train" || folder == "test" || folder == "val") return std::string(folder);
  if (folder == "validation" || folder == "valid") return "val";
  return {};
}

std::string split_in_words(std::string_view name) {
  std::string word;
  for (const char c : name) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    if (std::string split = canonical_split(word); !split.empty()) return split;
    word.clear();
  }
  return canonical_split(word);
}

SampleOrigin origin_in_path(std::string_view path, std::size_t deepest) {
  const auto parts = split_path(path);
  for (std::size_t i = 0; i <= deepest && i + 1 < parts.size(); ++i) {
    std::string split = canonical_split(parts[i]);
    if (split.empty()) continue;
    return {std::move(split), i + 2 < parts.size() ? std::string(parts[i + 1]) : ""};
  }
  return {};
}

SampleOrigin ImageDataset::origin_of(const Sample& sample) const {
  if (sample.archive < 0) return origin_in_path(sample.name, 0);
  const Store& store = archives[static_cast<std::size_t>(sample.archive)];
  if (sample.target >= 0 && has_numbered_classes) {
    return {split_in_words(store.name), std::to_string(sample.target)};
  }
  return origin_in_path(std::string_view(sample.name).substr(store.name.size() + 1), 1);
}

void ImageDataset::read(const Sample& sample, std::vector<std::uint8_t>& out) const {
  if (sample.archive < 0) {
    read_whole_file(path_of(sample), out);
    return;
  }
  const Store& store = archives[static_cast<std::size_t>(sample.archive)];
  out.resize(static_cast<std::size_t>(sample.bytes));
  std::size_t got = 0;
  if (store.unpacked) {
    got = store.unpacked->read_at(sample.offset, out.data(), out.size());
  } else {
    // Opened anew for each sample: a data set may have more shards than a process may open files.
    got = open_file(prefix + store.name)->read_at(sample.offset, out.data(), out.size());
  }
  if (got != out.size()) throw_data("the archive has become shorter since it was listed");
}

std::int64_t ImageDataset::bytes_of(const Sample& sample) const {
  if (sample.archive >= 0) return sample.bytes;
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path_of(sample), error);
  if (error) throw_data(concat("cannot read ", path_of(sample), ": ", error.message()));
  return static_cast<std::int64_t>(bytes);
}

}  // namespace yardstick
