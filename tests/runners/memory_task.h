#pragma once

#include <yardstick/task.h>

#include <cstdint>
#include <memory>
#include <set>

namespace yardstick::test {

// A classification task whose images are made in memory: class k's images are brightest in corner
// k, with noise. It keeps the whole contract of BatchSource: order from (shuffle_seed, epoch),
// changes of a sample from (augment_seed, epoch, index), starts at any batch, broken inputs by
// name.
class MemoryTask final : public Task {
 public:
  struct Options {
    std::int64_t training_samples = 64;
    std::int64_t validation_samples = 37;
    std::int64_t classes = 4;
    std::set<std::int64_t> broken;  // indices that cannot be read, in either split
  };

  explicit MemoryTask(Options options);

  const TaskInfo& info() const override { return info_; }
  std::unique_ptr<BatchSource> open(const DataRequest& request) const override;

 private:
  Options options_;
  TaskInfo info_;
};

}  // namespace yardstick::test
