#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/model.h>
#include <yardstick/params.h>
#include <yardstick/preprocessing.h>

namespace yardstick {

enum class Split { kTrain, kVal };
YS_API std::string_view to_string(Split split);

enum class BadInputPolicy { kFail, kSkip };

// Everything that decides which samples come, in which order, and how they look.
struct DataRequest {
  std::string root;  // folder or shards; empty: the data that ships with the task
  Split split = Split::kVal;
  Preprocessing preprocessing;
  Augmentation augmentation;  // kTrain only
  std::int64_t batch_size = 1;
  std::int64_t workers = 1;          // decoding threads, at least 1
  std::int64_t prefetch_batches = 2; // bound on finished batches waiting
  bool shuffle = false;
  bool drop_last = false;
  std::uint64_t shuffle_seed = 0;
  std::uint64_t augment_seed = 0;
  BadInputPolicy on_bad_input = BadInputPolicy::kFail;
  std::int64_t limit = 0;  // first samples only; 0: all
  bool pin_memory = false;
  std::string class_index;  // JSON file that overrides the classes' order; "" : sorted names
  // Low-shot: this many samples of each class, chosen by `subset_seed`; 0: all. The choice of a
  // smaller number is part of that of a larger one. Positions and fingerprint stay the whole split's.
  std::int64_t samples_per_class = 0;
  std::uint64_t subset_seed = 0;
};

struct BadInput {
  std::string name;    // path, or shard and member
  std::string reason;  // one line
};

// Batches of one split, decoded by a pool of threads. One thread calls it.
class YS_API BatchSource {
 public:
  virtual ~BatchSource();

  virtual std::int64_t size() const = 0;     // samples of an epoch, bad ones included
  virtual std::int64_t batches() const = 0;  // batches of an epoch
  virtual const std::vector<std::string>& class_names() const = 0;
  // SHA-256 over names, sizes and contents or, where reading all would cost too much, over names and
  // sizes; the prefix says which ("content:", "listing:").
  virtual std::string fingerprint() const = 0;

  // Starts an epoch at batch `first_batch`; drops what was in flight.
  virtual void begin_epoch(std::int64_t epoch, std::int64_t first_batch = 0) = 0;
  // The next batch, or nothing at the end of the epoch. The last may be smaller. Throws Data, naming
  // the file, on a bad input under kFail.
  virtual std::optional<Batch> next() = 0;
  // Inputs skipped so far in this epoch (kSkip), by dataset order.
  virtual std::vector<BadInput> bad_inputs() const = 0;
};

struct TaskInfo {
  std::string name;  // "imagenet1k"
  std::string summary;
  std::string licence;  // of the data
  std::int64_t classes = 0;  // 0: as many as the data has folders
  bool has_embedded_data = false;
  bool has_targets = true;
  std::vector<std::string> metrics;  // names in the metric registry
};

class YS_API Task {
 public:
  virtual ~Task();
  virtual const TaskInfo& info() const = 0;
  // Lists the data and checks it against the request. Throws Data on a missing split, a folder
  // without images, or classes that do not match info().classes.
  virtual std::unique_ptr<BatchSource> open(const DataRequest& request) const = 0;
};

struct TaskEntry {
  std::string name;
  TaskInfo info;
  std::function<std::unique_ptr<Task>()> build;
  std::string origin;
};

}  // namespace yardstick
