#include "tasks/io/image_folder.h"

#include "tasks/io/classes.h"
#include "tasks/io/parallel.h"
#include "tasks/io/path_names.h"

#include <yardstick/error.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace yardstick {
namespace {

namespace fs = std::filesystem;

// Below the 40 links that Linux follows in one path: past those a loop would end by itself, with
// every image listed 40 times.
constexpr int kMaxDepth = 32;

// Calls visit(name, is_folder) for each entry of `folder`, in no order.
template <typename Visit>
void for_each_entry(const std::string& folder, const Visit& visit) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  while (!error && entry != fs::directory_iterator()) {
    std::error_code unknown;  // a dangling link: no folder
    const bool is_folder = entry->is_directory(unknown);
    visit(entry->path().filename().string(), is_folder);
    entry.increment(error);
  }
  if (error) throw_data(concat("cannot list ", folder, ": ", error.message()));
}

using Places = std::vector<std::pair<std::string, std::string>>;  // folder, file

void walk(const std::string& folder, const std::string& relative, int depth,
          bool (*is_wanted)(std::string_view), Places& found) {
  if (depth > kMaxDepth) {
    throw_data(concat(folder, " is nested more than ", kMaxDepth, " folders deep"),
               "is there a link to its own parent?");
  }
  std::vector<std::string> folders;
  for_each_entry(folder, [&](std::string name, bool is_folder) {
    if (is_folder) {
      folders.push_back(std::move(name));
    } else if (is_wanted(name)) {
      found.emplace_back(relative, std::move(name));
    }
  });
  for (const std::string& name : folders) {
    walk(folder + "/" + name, relative.empty() ? name : relative + "/" + name, depth + 1, is_wanted,
         found);
  }
}

}  // namespace

std::vector<std::string> list_files(const std::string& folder,
                                    bool (*is_wanted)(std::string_view name)) {
  Places found;
  walk(folder, "", 0, is_wanted, found);
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [where, name] : found) names.push_back(where.empty() ? name : where + "/" + name);
  return names;
}

std::vector<std::string> list_folders(const std::string& folder) {
  std::vector<std::string> names;
  for_each_entry(folder, [&](std::string name, bool is_folder) {
    if (is_folder) names.push_back(std::move(name));
  });
  std::sort(names.begin(), names.end());
  return names;
}

ImageDataset list_image_folder(const std::string& root, const std::string& split,
                               const std::vector<std::string>& class_index, std::int64_t workers) {
  ImageDataset dataset;
  dataset.prefix = root + "/";
  const std::string base = dataset.prefix + split;
  const std::vector<std::string> folders = list_folders(base);
  if (folders.empty()) {
    throw_data(concat(base, " holds no class folders"),
               concat("expected ", base, "/<class>/<image>"));
  }
  const ClassNumbers numbers(class_index.empty() ? folders : class_index);
  numbers.require_all(folders, base);
  dataset.class_names = numbers.names();

  std::vector<std::vector<std::string>> files(folders.size());
  parallel_for(static_cast<std::int64_t>(folders.size()), workers, [&](std::int64_t i) {
    files[i] = list_files(base + "/" + folders[i], has_image_extension);
  });
  std::vector<std::string> empty;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (files[i].empty()) empty.push_back(folders[i]);
    for (const std::string& file : files[i]) {
      Sample sample;
      sample.name = concat(split, "/", folders[i], "/", file);
      sample.target = numbers.of(folders[i]);
      dataset.samples.push_back(std::move(sample));
    }
  }
  require_images(empty, folders.size(), base);
  return dataset;
}

}  // namespace yardstick
