#include "tasks/data_check.h"

#include "tasks/io/data_root.h"
#include "tasks/io/fingerprint.h"
#include "tasks/io/image_decoder.h"
#include "tasks/io/parallel.h"

#include <yardstick/error.h>
#include <yardstick/sha256.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

namespace yardstick {
namespace {

struct Checked {
  DataPassport::File file;
  std::string problem;  // "" where it decodes
  bool is_done = false;
};

void decode_to_end(const std::vector<std::uint8_t>& bytes, std::vector<std::uint8_t>& row,
                   DataPassport::File& file) {
  const auto decoder = open_image(bytes);
  row.resize(std::size_t{4} * static_cast<std::size_t>(decoder->width_px()));
  for (int y = 0; y < decoder->height_px(); ++y) decoder->read_row(row.data());
  decoder->finish();
  file.width_px = decoder->width_px();
  file.height_px = decoder->height_px();
  file.format = to_string(decoder->format());
}

Checked check_sample(const ImageDataset& dataset, const Sample& sample) {
  Checked checked;
  checked.file.name = sample.name;
  try {
    std::vector<std::uint8_t> bytes;
    std::vector<std::uint8_t> row;
    dataset.read(sample, bytes);
    checked.file.bytes = static_cast<std::int64_t>(bytes.size());
    Sha256 hash;
    hash.update(bytes.data(), bytes.size());
    checked.file.sha256 = hash.hex();
    decode_to_end(bytes, row, checked.file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) throw;
    checked.problem = error.message();
  }
  checked.is_done = true;
  return checked;
}

// Checks all samples with `workers` threads while the calling thread reports.
std::vector<Checked> check_all(const ImageDataset& dataset, std::int64_t workers,
                               ProgressListener& progress, const StopRequested& stop,
                               bool& is_stopped) {
  const auto count = static_cast<std::int64_t>(dataset.samples.size());
  std::vector<Checked> checked(dataset.samples.size());
  std::atomic<std::int64_t> done{0};
  std::atomic<bool> wants_stop{false};
  std::mutex mutex;
  std::condition_variable finished;
  bool is_finished = false;
  std::exception_ptr failure;

  std::thread work([&] {
    try {
      parallel_for(count, workers, [&](std::int64_t i) {
        if (wants_stop) return;
        checked[i] = check_sample(dataset, dataset.samples[i]);
        ++done;
      });
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    is_finished = true;
    finished.notify_all();
  });
  const auto start = std::chrono::steady_clock::now();
  const auto report = [&] {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    Progress now;
    now.stage = "check";
    now.done = done;
    now.total = count;
    now.items_per_s = static_cast<double>(now.done) / std::max(elapsed.count(), 1e-9);
    progress.update(now);
  };
  {
    std::unique_lock lock(mutex);
    while (!finished.wait_for(lock, std::chrono::milliseconds(100), [&] { return is_finished; })) {
      report();
      if (stop && stop()) wants_stop = true;
    }
  }
  work.join();
  if (failure) std::rethrow_exception(failure);
  report();
  is_stopped = done < count;
  return checked;
}

}  // namespace

DataPassport check_data(const std::string& root, std::int64_t workers, ProgressListener& progress,
                        const StopRequested& stop) {
  const ImageDataset dataset = open_all_images(root, workers);
  DataPassport passport;
  passport.root = root;
  bool is_stopped = false;
  std::vector<Checked> checked = check_all(dataset, workers, progress, stop, is_stopped);

  std::vector<std::size_t> order(checked.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return checked[a].file.name < checked[b].file.name;
  });
  std::vector<FingerprintItem> items;
  std::map<std::string, std::vector<FingerprintItem>> items_of_split;
  for (const std::size_t i : order) {
    Checked& one = checked[i];
    if (!one.is_done) continue;
    const SampleOrigin origin = dataset.origin_of(dataset.samples[i]);
    ++passport.per_split[origin.split];
    if (!origin.label.empty()) ++passport.per_class[concat(origin.split, "/", origin.label)];
    if (!one.problem.empty()) passport.bad.push_back({one.file.name, one.problem});
    FingerprintItem item{one.file.name, one.file.bytes, origin.label, one.file.sha256};
    // A split's fingerprint covers what a labelled task reads of it.
    if (!origin.label.empty()) items_of_split[origin.split].push_back(item);
    items.push_back(std::move(item));
    passport.files.push_back(std::move(one.file));
  }
  if (is_stopped) return passport;
  passport.sha256 = content_hash(std::move(items));
  for (auto& [split, of_split] : items_of_split) {
    passport.fingerprints[split] = {"content:" + content_hash(of_split),
                                    "listing:" + listing_hash(of_split)};
  }
  return passport;
}

}  // namespace yardstick
