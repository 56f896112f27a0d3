#include "tasks/io/fingerprint.h"

#include "tasks/io/parallel.h"

#include <yardstick/sha256.h>

#include <algorithm>
#include <string_view>

namespace yardstick {
namespace {

constexpr std::int64_t kMaxContentBytes = 256'000'000;

void add_field(Sha256& hash, std::string_view text) {
  hash.update(text);
  hash.update("\0", 1);
}

std::string hash_of(std::vector<FingerprintItem>& items, bool with_content) {
  std::sort(items.begin(), items.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  Sha256 hash;
  for (const FingerprintItem& item : items) {
    add_field(hash, item.name);
    add_field(hash, std::to_string(item.bytes));
    add_field(hash, item.label);
    if (with_content) add_field(hash, item.sha256);
  }
  return hash.hex();
}

}  // namespace

std::string content_hash(std::vector<FingerprintItem> items) {
  return hash_of(items, /*with_content=*/true);
}

std::string listing_hash(std::vector<FingerprintItem> items) {
  return hash_of(items, /*with_content=*/false);
}

std::string fingerprint_of(const ImageDataset& dataset, std::int64_t workers) {
  const auto count = static_cast<std::int64_t>(dataset.samples.size());
  std::vector<FingerprintItem> items(dataset.samples.size());
  parallel_for(count, workers, [&](std::int64_t i) {
    const Sample& sample = dataset.samples[i];
    items[i] = {sample.name, dataset.bytes_of(sample), dataset.origin_of(sample).label, ""};
  });
  std::int64_t total = 0;
  for (const FingerprintItem& item : items) total += item.bytes;
  if (total >= kMaxContentBytes) return "listing:" + listing_hash(std::move(items));

  parallel_for(count, workers, [&](std::int64_t i) {
    std::vector<std::uint8_t> bytes;
    dataset.read(dataset.samples[i], bytes);
    Sha256 hash;
    hash.update(bytes.data(), bytes.size());
    items[i].sha256 = hash.hex();
  });
  return "content:" + content_hash(std::move(items));
}

}  // namespace yardstick
