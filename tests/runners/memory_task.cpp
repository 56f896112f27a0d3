#include "tests/runners/memory_task.h"

#include "runners/numerics.h"

#include <yardstick/error.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace yardstick::test {
namespace {

class MemorySource final : public BatchSource {
 public:
  MemorySource(const MemoryTask::Options& options, const DataRequest& request)
      : options_(options), request_(request) {
    samples_ =
        request.split == Split::kTrain ? options.training_samples : options.validation_samples;
    if (request.limit > 0) samples_ = std::min(samples_, request.limit);
    // Classes come in turn; the seed says from where on.
    if (request.samples_per_class > 0) {
      first_ = static_cast<std::int64_t>(request.subset_seed) * options.classes;
      samples_ = request.samples_per_class * options.classes;
    }
    for (std::int64_t k = 0; k < options.classes; ++k) {
      class_names_.push_back("corner" + std::to_string(k));
    }
    begin_epoch(0, 0);
  }

  std::int64_t size() const override { return samples_; }
  std::int64_t batches() const override {
    const std::int64_t extra = request_.drop_last ? 0 : request_.batch_size - 1;
    return (samples_ + extra) / request_.batch_size;
  }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  std::string fingerprint() const override {
    return concat("content:", to_string(request_.split), samples_);
  }

  void begin_epoch(std::int64_t epoch, std::int64_t first_batch) override {
    epoch_ = epoch;
    next_batch_ = first_batch;
    bad_.clear();
    order_.resize(static_cast<std::size_t>(samples_));
    std::iota(order_.begin(), order_.end(), first_);
    if (request_.shuffle) {
      std::mt19937_64 draw(derive_seed(request_.shuffle_seed, static_cast<std::uint64_t>(epoch)));
      std::shuffle(order_.begin(), order_.end(), draw);
    }
  }

  std::optional<Batch> next() override {
    if (next_batch_ >= batches()) return std::nullopt;
    const std::int64_t begin = next_batch_++ * request_.batch_size;
    const std::int64_t end = std::min(samples_, begin + request_.batch_size);
    std::vector<at::Tensor> images;
    std::vector<std::int64_t> targets;
    std::vector<std::int64_t> indices;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t index = order_[static_cast<std::size_t>(i)];
      if (options_.broken.contains(index)) {
        const std::string name = "image" + std::to_string(index);
        if (request_.on_bad_input == BadInputPolicy::kFail) throw_data(name + ": truncated");
        bad_.push_back({name, "truncated"});
        continue;
      }
      images.push_back(image(index));
      targets.push_back(index % options_.classes);
      indices.push_back(index);
    }
    if (images.empty()) return next();
    return Batch{at::stack(images), at::tensor(targets, at::kLong), at::tensor(indices, at::kLong)};
  }

  std::vector<BadInput> bad_inputs() const override { return bad_; }

 private:
  at::Tensor noise(std::uint64_t seed) const {
    return at::randn({3, 8, 8}, at::make_generator<at::CPUGeneratorImpl>(seed));
  }

  at::Tensor image(std::int64_t index) const {
    const auto base = static_cast<std::uint64_t>(index);
    at::Tensor pixels = noise(derive_seed(request_.split == Split::kTrain ? 100 : 200, base)) * 0.5;
    const std::int64_t corner = index % options_.classes;
    pixels.narrow(1, corner / 2 * 4, 4).narrow(2, corner % 2 * 4, 4).add_(1.5);
    if (request_.split == Split::kTrain && request_.augmentation.flip_probability > 0) {
      const std::uint64_t epoch_seed =
          derive_seed(request_.augment_seed, static_cast<std::uint64_t>(epoch_));
      pixels += noise(derive_seed(epoch_seed, base)) * 0.1;
    }
    return pixels;
  }

  MemoryTask::Options options_;
  DataRequest request_;
  std::int64_t samples_ = 0;
  std::int64_t first_ = 0;
  std::int64_t epoch_ = 0;
  std::int64_t next_batch_ = 0;
  std::vector<std::int64_t> order_;
  std::vector<std::string> class_names_;
  std::vector<BadInput> bad_;
};

}  // namespace

MemoryTask::MemoryTask(Options options) : options_(std::move(options)) {
  info_.name = "corners";
  info_.classes = options_.classes;
  info_.metrics = {"classification"};
}

std::unique_ptr<BatchSource> MemoryTask::open(const DataRequest& request) const {
  return std::make_unique<MemorySource>(options_, request);
}

}  // namespace yardstick::test
