#include "tasks/io/tar_shards.h"

#include "tasks/io/archive.h"
#include "tasks/io/classes.h"
#include "tasks/io/parallel.h"
#include "tasks/io/path_names.h"

#include <yardstick/error.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace yardstick {
namespace {

// A larger class number is damage, not a data set.
constexpr std::int32_t kMaxClasses = 1'000'000;

// WebDataset's key: the path up to the first dot of the file's name.
std::string_view sample_key(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
  return name.substr(0, name.find('.', begin));
}

bool is_class_member(std::string_view name) {
  const std::string_view rest = name.substr(sample_key(name).size());
  return rest == ".cls" || rest == ".CLS";
}

std::int32_t read_class(const Archive& shard, const TarMember& member) {
  std::string text(static_cast<std::size_t>(std::min<std::int64_t>(member.bytes, 32)), '\0');
  text.resize(shard.bytes->read_at(member.offset, text.data(), text.size()));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) {
    text.pop_back();
  }
  std::int32_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    throw_data(concat(shard.path, ":", member.name, " holds \"", text, "\", not a class number"));
  }
  return number;
}

struct ListedShard {
  std::vector<Sample> samples;
  std::shared_ptr<const ByteSource> unpacked;
  bool has_classes = false;
};

ListedShard list_shard(const std::string& path, const std::string& name) {
  const Archive shard = open_archive(path);
  ListedShard listed;
  if (shard.is_in_memory) listed.unpacked = shard.bytes;
  std::map<std::string_view, std::int32_t> classes;
  for (const TarMember& member : shard.members) {
    if (!is_class_member(member.name)) continue;
    const auto [at, is_new] = classes.emplace(sample_key(member.name), read_class(shard, member));
    if (!is_new) throw_data(concat(path, ": sample ", at->first, " has two classes"));
  }
  listed.has_classes = !classes.empty();
  std::set<std::string_view> seen;
  for (const TarMember& member : shard.members) {
    if (!has_image_extension(member.name)) continue;
    Sample sample;
    sample.name = concat(name, ":", member.name);
    sample.offset = member.offset;
    sample.bytes = member.bytes;
    if (listed.has_classes) {
      const std::string_view key = sample_key(member.name);
      if (!seen.insert(key).second) throw_data(concat(path, ": sample ", key, " has two images"));
      const auto found = classes.find(key);
      if (found != classes.end()) sample.target = found->second;
    }
    listed.samples.push_back(std::move(sample));
  }
  return listed;
}

void check_numbered(ImageDataset& dataset, const std::vector<std::string>& class_index,
                    const std::string& where) {
  std::int32_t largest = -1;
  for (const Sample& sample : dataset.samples) {
    if (sample.target < 0) throw_data(concat(dataset.path_of(sample), " has no .cls beside it"));
    largest = std::max(largest, sample.target);
  }
  if (class_index.empty()) {
    if (largest >= kMaxClasses) throw_data(concat(where, " has class number ", largest));
    for (std::int32_t i = 0; i <= largest; ++i) dataset.class_names.push_back(std::to_string(i));
    return;
  }
  dataset.class_names = class_index;
  if (largest >= static_cast<std::int32_t>(class_index.size())) {
    throw_data(concat(where, " has class ", largest, ", the class index has ", class_index.size(),
                      " classes (from 0)"));
  }
}

void keep_split(ImageDataset& dataset, const std::string& split, const std::string& where) {
  std::set<std::string> splits;
  std::vector<Sample> kept;
  for (Sample& sample : dataset.samples) {
    const SampleOrigin origin = dataset.origin_of(sample);
    if (!origin.split.empty()) splits.insert(origin.split);
    if (origin.split == split && !origin.label.empty()) kept.push_back(std::move(sample));
  }
  if (kept.empty()) {
    const std::vector<std::string> others(splits.begin(), splits.end());
    const bool has_split = splits.contains(split);
    throw_data(concat(where, has_split ? " holds no class folders in " : " has no split ", split),
               !others.empty() && !has_split
                   ? concat("it has ", some_of(others))
                   : "expected <split>/<class>/<image>, or images with .cls members beside them");
  }
  dataset.samples = std::move(kept);
}

}  // namespace

ImageDataset list_shards(const std::string& prefix, const std::vector<std::string>& names,
                         std::int64_t workers) {
  std::vector<ListedShard> shards(names.size());
  parallel_for(static_cast<std::int64_t>(names.size()), workers,
               [&](std::int64_t i) { shards[i] = list_shard(prefix + names[i], names[i]); });
  ImageDataset dataset;
  dataset.prefix = prefix;
  for (std::size_t i = 0; i < names.size(); ++i) {
    dataset.archives.push_back({names[i], std::move(shards[i].unpacked)});
    dataset.has_numbered_classes |= shards[i].has_classes;
    for (Sample& sample : shards[i].samples) {
      sample.archive = static_cast<std::int32_t>(i);
      dataset.samples.push_back(std::move(sample));
    }
  }
  return dataset;
}

void select_split(ImageDataset& dataset, const std::string& split,
                  const std::vector<std::string>& class_index, const std::string& where) {
  if (dataset.samples.empty()) throw_data(concat(where, " holds no images"));
  if (dataset.has_numbered_classes) {
    check_numbered(dataset, class_index, where);
    return;
  }
  keep_split(dataset, split, where);

  std::set<std::string> labels;
  for (const Sample& sample : dataset.samples) labels.insert(dataset.origin_of(sample).label);
  const std::vector<std::string> folders(labels.begin(), labels.end());
  const ClassNumbers numbers(class_index.empty() ? folders : class_index);
  numbers.require_all(folders, where);
  dataset.class_names = numbers.names();

  // The order that the same files have in a folder: by class, by folder, by name.
  using Key = std::tuple<std::string, std::string, std::string>;
  std::vector<std::pair<Key, Sample>> sorted;
  sorted.reserve(dataset.samples.size());
  for (Sample& sample : dataset.samples) {
    const std::string label = dataset.origin_of(sample).label;
    sample.target = numbers.of(label);
    const std::size_t slash = sample.name.rfind('/');
    Key key(label, sample.name.substr(0, slash), sample.name.substr(slash + 1));
    sorted.emplace_back(std::move(key), std::move(sample));
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < sorted.size(); ++i) dataset.samples[i] = std::move(sorted[i].second);
}

}  // namespace yardstick
