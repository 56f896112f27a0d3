#include "tasks/io/data_root.h"

#include "tasks/io/archive.h"
#include "tasks/io/brace_expansion.h"
#include "tasks/io/class_index.h"
#include "tasks/io/image_folder.h"
#include "tasks/io/path_names.h"
#include "tasks/io/tar_shards.h"

#include <yardstick/error.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code unknown;
  return fs::is_directory(path, unknown);
}

void require_existing(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) return;
  throw_data(concat("there is no ", path), "check the path given with --data");
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool names_shards(const std::string& root) {
  return !is_folder(root) && (has_archive_extension(root) || root.find('{') != std::string::npos);
}

std::string with_split(std::string root, const std::string& split) {
  constexpr std::string_view kPlaceholder = "{split}";
  for (auto at = root.find(kPlaceholder); at != std::string::npos; at = root.find(kPlaceholder)) {
    root.replace(at, kPlaceholder.size(), split);
  }
  return root;
}

// A pattern's folder, with its slash, and the shards' names below it.
std::pair<std::string, std::vector<std::string>> shards_of(const std::string& pattern) {
  const std::size_t slash = pattern.substr(0, pattern.find('{')).rfind('/');
  const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return {pattern.substr(0, begin), expand_braces(pattern.substr(begin))};
}

std::vector<std::string> archives_in(const std::string& folder) {
  std::vector<std::string> names = list_files(folder, has_archive_extension);
  std::erase_if(names, [](const std::string& name) { return name.find('/') != std::string::npos; });
  return names;
}

ImageDataset open_shards(const std::string& prefix, const std::vector<std::string>& names,
                         const std::string& split, const std::vector<std::string>& class_index,
                         const std::string& where, std::int64_t workers) {
  ImageDataset dataset = list_shards(prefix, names, workers);
  if (dataset.has_numbered_classes) {
    for (const std::string& name : names) {
      const std::string named = split_in_words(name);
      if (!named.empty() && named != split) {
        throw_data(concat(prefix, name, " is named after split ", named, ", not ", split),
                   "write {split} in the pattern, or ask for the other split");
      }
    }
  }
  select_split(dataset, split, class_index, where);
  return dataset;
}

[[noreturn]] void fail_missing(const std::string& root, const std::string& split,
                               const std::vector<std::string>& folders,
                               const std::vector<std::string>& archives) {
  std::set<std::string> splits;
  for (const std::string& name : folders) splits.insert(canonical_split(name));
  for (const std::string& name : archives) splits.insert(split_in_words(name));
  splits.erase("");
  const std::string expected =
      concat("expected ", root, "/", split, "/<class>/<image> or tar shards");
  if (!splits.empty()) {
    throw_data(
        concat(root, " has no split ", split, "; it has ", some_of({splits.begin(), splits.end()})),
        expected);
  }
  if (!folders.empty()) {
    throw_data(concat(root, " has no split ", split, "; it holds the folders ", some_of(folders)),
               expected);
  }
  throw_data(concat(root, " holds no images"), expected);
}

}  // namespace

ImageDataset open_labelled_images(const std::string& given_root, const std::string& split,
                                  const std::string& class_index_path, std::int64_t workers) {
  const std::string root = without_trailing_slash(with_split(given_root, split));
  std::vector<std::string> class_index;
  if (!class_index_path.empty()) class_index = read_class_index(class_index_path);
  if (names_shards(root)) {
    const auto [prefix, names] = shards_of(root);
    return open_shards(prefix, names, split, class_index, root, workers);
  }
  require_existing(root);
  if (!is_folder(root)) {
    throw_data(concat(root, " is neither a folder nor a tar"),
               "labelled data is a folder <split>/<class>/<image>, a tar or tar shards");
  }

  const std::vector<std::string> folders = list_folders(root);
  std::vector<std::string> of_split;
  std::copy_if(folders.begin(), folders.end(), std::back_inserter(of_split),
               [&](const std::string& name) { return canonical_split(name) == split; });
  if (of_split.size() > 1) {
    throw_data(concat(root, " has several folders for split ", split, ": ", some_of(of_split)));
  }
  if (of_split.size() == 1) {
    const std::string& folder = of_split.front();
    if (list_folders(root + "/" + folder).empty()) {
      std::vector<std::string> shards = archives_in(root + "/" + folder);
      for (std::string& shard : shards) shard.insert(0, folder + "/");
      if (!shards.empty()) {
        return open_shards(root + "/", shards, split, class_index, root + "/" + folder, workers);
      }
    }
    return list_image_folder(root, folder, class_index, workers);
  }
  const std::vector<std::string> archives = archives_in(root);
  std::vector<std::string> shards;
  std::copy_if(archives.begin(), archives.end(), std::back_inserter(shards),
               [&](const std::string& name) { return split_in_words(name) == split; });
  if (shards.empty()) fail_missing(root, split, folders, archives);
  return open_shards(root + "/", shards, split, class_index, root, workers);
}

ImageDataset open_all_images(const std::string& given_root, std::int64_t workers) {
  const std::string root = without_trailing_slash(given_root);
  ImageDataset dataset;
  if (names_shards(root)) {
    const auto [prefix, names] = shards_of(root);
    dataset = list_shards(prefix, names, workers);
  } else if (is_folder(root)) {
    dataset = list_shards(root + "/", list_files(root, has_archive_extension), workers);
    for (std::string& name : list_files(root, has_image_extension)) {
      Sample sample;
      sample.name = std::move(name);
      dataset.samples.push_back(std::move(sample));
    }
  } else {
    require_existing(root);
    const std::size_t slash = root.rfind('/');
    Sample sample;
    sample.name = root.substr(slash == std::string::npos ? 0 : slash + 1);
    dataset.prefix = root.substr(0, root.size() - sample.name.size());
    dataset.samples.push_back(std::move(sample));
  }
  if (dataset.samples.empty()) {
    throw_data(concat(root, " holds no images"),
               "looked for .jpg, .jpeg and .png, also inside tars");
  }
  return dataset;
}

}  // namespace yardstick
