#include "tasks/io/loader.h"

#include "tasks/io/augment/training_transform.h"
#include "tasks/io/batch_slot.h"
#include "tasks/io/fingerprint.h"
#include "tasks/io/loader_times.h"
#include "tasks/io/sample_random.h"
#include "tasks/io/sample_selection.h"
#include "tasks/io/timed_decoder.h"
#include "tasks/io/transforms.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

void require_at_least(std::int64_t value, std::int64_t least, const char* what) {
  if (value < least) throw_user(concat(what, " of ", value), concat("at least ", least));
}

void check_request(const DataRequest& request) {
  require_at_least(request.batch_size, 1, "a batch size");
  require_at_least(request.workers, 1, "a number of loader threads");
  require_at_least(request.prefetch_batches, 0, "a number of prefetched batches");
  require_at_least(request.limit, 0, "a limit");
  require_at_least(request.samples_per_class, 0, "a number of samples of each class");
  require_at_least(request.augmentation.repeats, 1, "a number of repeats");
}

// The same sample's later repeats are other samples to the generator.
std::uint64_t draws_index(std::int64_t index, std::int64_t repeat) {
  constexpr int kRepeatShift = 40;
  return static_cast<std::uint64_t>(index) + (static_cast<std::uint64_t>(repeat) << kRepeatShift);
}

using Clock = TimedDecoder::Clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

class Loader final : public BatchSource, public TimedLoader {
 public:
  Loader(ImageDataset dataset, const DataRequest& request, Targets targets)
      : dataset_(std::move(dataset)),
        request_(request),
        has_targets_(targets == Targets::kClasses),
        is_training_(request.split == Split::kTrain),
        repeats_(is_training_ ? request.augmentation.repeats : 1),
        pool_(request.preprocessing.crop_px, request.pin_memory) {
    check_request(request);
    const TrainingTransform is_in_range(request.preprocessing, request.augmentation);
    chosen_ = chosen_samples();
    if (request.limit > 0 && request.limit < static_cast<std::int64_t>(chosen_.size())) {
      chosen_.resize(static_cast<std::size_t>(request.limit));
    }
    size_ = static_cast<std::int64_t>(chosen_.size());
    if (repeats_ > 1) size_ = repeated_length(size_, repetition());
    batches_ = request.drop_last ? size_ / request.batch_size
                                 : (size_ + request.batch_size - 1) / request.batch_size;
    if (batches_ == 0 && size_ > 0) {
      throw_user(concat("a batch of ", request.batch_size, " is more than the ", size_,
                        " images there are"),
                 "use a smaller batch");
    }
    slots_.resize(static_cast<std::size_t>(std::max<std::int64_t>(request.prefetch_batches, 1)));
  }

  ~Loader() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    work_.notify_all();
    threads_.clear();
  }

  std::int64_t size() const override { return size_; }
  std::int64_t batches() const override { return batches_; }
  const std::vector<std::string>& class_names() const override { return dataset_.class_names; }

  std::string fingerprint() const override {
    if (fingerprint_.empty()) fingerprint_ = fingerprint_of(dataset_, request_.workers);
    return fingerprint_;
  }

  void begin_epoch(std::int64_t epoch, std::int64_t first_batch) override {
    YS_CHECK(epoch >= 0 && first_batch >= 0, epoch, " ", first_batch);
    std::unique_lock lock(mutex_);
    has_epoch_ = false;
    end_sample_ = next_sample_ = 0;
    done_.wait(lock, [&] { return busy_threads_ == 0; });

    epoch_ = epoch;
    bad_.clear();
    order_ = chosen_;
    if (request_.shuffle) {
      order_ = shuffled_order(static_cast<std::int64_t>(chosen_.size()), request_.shuffle_seed,
                              static_cast<std::uint64_t>(epoch));
      for (std::int64_t& place : order_) place = chosen_[static_cast<std::size_t>(place)];
    }
    if (repeats_ > 1) order_ = repeated_order(order_, repetition());
    next_batch_ = std::min(first_batch, batches_);
    const std::int64_t ahead = static_cast<std::int64_t>(slots_.size());
    for (std::int64_t b = next_batch_; b < std::min(next_batch_ + ahead, batches_); ++b) {
      slot_of(b) = empty_slot(b);
    }
    next_sample_ = next_batch_ * request_.batch_size;
    end_sample_ = std::min(batches_ * request_.batch_size, size_);
    while (threads_.size() < static_cast<std::size_t>(request_.workers)) {
      threads_.emplace_back([this] { work(); });
    }
    has_epoch_ = true;
    lock.unlock();
    work_.notify_all();
  }

  std::optional<Batch> next() override {
    YS_CHECK(has_epoch_, "next() before begin_epoch()");
    while (next_batch_ < batches_) {
      Batch batch = take_next();
      if (batch.size() > 0) return batch;
    }
    return std::nullopt;
  }

  void keep_times() override {
    YS_CHECK(threads_.empty(), "keep_times() behind begin_epoch()");
    times_.emplace();
  }

  LoaderTimes times() const override {
    const std::lock_guard lock(mutex_);
    return times_.value_or(LoaderTimes());
  }

  std::vector<BadInput> bad_inputs() const override {
    std::vector<BadInput> inputs;
    for (const auto& [index, input] : bad_) inputs.push_back(input);
    return inputs;
  }

 private:
  struct Tools;

  std::vector<std::int64_t> chosen_samples() const {
    if (request_.samples_per_class > 0) {
      if (!has_targets_) {
        throw_user("samples of each class are asked for, and this task's have no classes",
                   "leave the limit for each class out");
      }
      return few_of_each_class(dataset_.samples, dataset_.class_names, request_.samples_per_class,
                               request_.subset_seed);
    }
    std::vector<std::int64_t> all(dataset_.samples.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
  }

  Repetition repetition() const { return {.repeats = static_cast<double>(repeats_)}; }

  BatchSlot& slot_of(std::int64_t batch) {
    return slots_[static_cast<std::size_t>(batch) % slots_.size()];
  }

  BatchSlot empty_slot(std::int64_t batch) {
    const std::int64_t first = batch * request_.batch_size;
    const std::int64_t rows = std::min(request_.batch_size, size_ - first);
    BatchSlot slot;
    slot.input = pool_.take(rows);
    slot.pixels = slot.input.mutable_data_ptr<float>();
    slot.indices.assign(order_.begin() + first, order_.begin() + first + rows);
    slot.remaining = rows;
    return slot;
  }

  Batch take_next() {
    BatchSlot slot;
    {
      std::unique_lock lock(mutex_);
      BatchSlot& filled = slot_of(next_batch_);
      done_.wait(lock, [&] { return filled.remaining == 0; });
      const std::int64_t follower = next_batch_ + static_cast<std::int64_t>(slots_.size());
      BatchSlot empty = follower < batches_ ? empty_slot(follower) : BatchSlot();
      slot = std::exchange(filled, std::move(empty));
      ++next_batch_;
    }
    work_.notify_all();
    const Clock::time_point start = times_ ? Clock::now() : Clock::time_point();

    if (slot.failure) std::rethrow_exception(slot.failure);
    for (const auto& [row, reason] : slot.bad) {
      const std::int64_t index = slot.indices[row];
      const std::string path = dataset_.path_of(dataset_.samples[index]);
      if (request_.on_bad_input == BadInputPolicy::kFail) {
        throw_data(reason.find(path) == std::string::npos ? concat(path, ": ", reason) : reason,
                   "--on-bad-input skip leaves such files out and counts them");
      }
      bad_[index] = {path, reason};
    }
    std::vector<std::int64_t> classes;
    if (has_targets_) {
      for (const std::int64_t index : slot.indices)
        classes.push_back(dataset_.samples[index].target);
    }
    Batch batch = to_batch(slot, has_targets_ ? &classes : nullptr);
    pool_.lend(slot.input);
    if (times_ && batch.size() > 0) {
      const double collate_s = seconds(Clock::now() - start);
      const std::lock_guard lock(mutex_);
      times_->collate_s.push_back(collate_s / static_cast<double>(batch.size()));
    }
    return batch;
  }

  bool can_claim() {
    return next_sample_ < end_sample_ && next_sample_ / request_.batch_size <
                                             next_batch_ + static_cast<std::int64_t>(slots_.size());
  }

  void work() {
    // Few enough that all threads share in each batch, enough to keep the lock cool.
    const std::int64_t most =
        std::clamp<std::int64_t>(request_.batch_size / (4 * request_.workers), 1, 16);
    Tools tools(request_);
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [&] { return is_stopping_ || can_claim(); });
      if (is_stopping_) return;
      const std::int64_t first = next_sample_;
      const std::int64_t batch = first / request_.batch_size;
      const std::int64_t first_row = first % request_.batch_size;
      BatchSlot& slot = slot_of(batch);
      const std::int64_t rows =
          std::min({most, request_.batch_size - first_row, end_sample_ - next_sample_});
      next_sample_ += rows;
      ++busy_threads_;
      const std::int64_t epoch = epoch_;
      float* const pixels = slot.pixels;
      const std::span<const std::int64_t> indices(slot.indices.data() + first_row,
                                                  static_cast<std::size_t>(rows));
      lock.unlock();

      std::map<std::int64_t, std::string> bad;
      std::exception_ptr failure;
      const std::int64_t side = request_.preprocessing.crop_px;
      for (std::int64_t row = first_row; row < first_row + rows; ++row) {
        const std::int64_t index = indices[row - first_row];
        try {
          decode(index, epoch, (first + row - first_row) % repeats_, tools,
                 pixels + row * 3 * side * side);
        } catch (const Error& error) {
          if (error.kind() == ErrorKind::kData) {
            bad[row] = error.message();
          } else {
            failure = std::current_exception();
          }
        } catch (const std::bad_alloc&) {
          failure = std::make_exception_ptr(
              Error(ErrorKind::kEnvironment,
                    "no memory to decode " + dataset_.path_of(dataset_.samples[index])));
        }
      }

      lock.lock();
      slot.bad.merge(bad);
      if (failure) slot.failure = failure;
      slot.remaining -= rows;
      --busy_threads_;
      if (slot.remaining == 0 || busy_threads_ == 0) done_.notify_all();
    }
  }

  // A thread's own.
  struct Tools {
    explicit Tools(const DataRequest& request)
        : evaluation(request.preprocessing),
          training(request.preprocessing, request.augmentation) {}

    Preprocessor evaluation;
    TrainingTransform training;
    std::vector<std::uint8_t> bytes;
  };

  void decode(std::int64_t index, std::int64_t epoch, std::int64_t repeat, Tools& tools,
              float* out) {
    const Clock::time_point start = times_ ? Clock::now() : Clock::time_point();
    dataset_.read(dataset_.samples[index], tools.bytes);
    if (!times_) {
      transform(*open_image(tools.bytes), index, epoch, repeat, tools, out);
      return;
    }
    const Clock::time_point was_read = Clock::now();
    const auto decoder = open_image(tools.bytes);
    TimedDecoder timed(*decoder, Clock::now() - was_read);
    transform(timed, index, epoch, repeat, tools, out);
    const LoaderTimes::Image image{
        .read_s = seconds(was_read - start),
        .decode_s = seconds(timed.spent()),
        .preprocess_s = seconds(Clock::now() - was_read - timed.spent())};
    const std::lock_guard lock(mutex_);
    times_->images.push_back(image);
  }

  void transform(ImageDecoder& decoder, std::int64_t index, std::int64_t epoch, std::int64_t repeat,
                 Tools& tools, float* out) const {
    if (is_training_) {
      SampleRandom random(request_.augment_seed, static_cast<std::uint64_t>(epoch),
                          draws_index(index, repeat));
      tools.training.run(decoder, random, out);
    } else {
      tools.evaluation.run(
          decoder, evaluation_plan(decoder.width_px(), decoder.height_px(), request_.preprocessing),
          out);
    }
  }

  const ImageDataset dataset_;
  const DataRequest request_;
  const bool has_targets_;
  const bool is_training_;
  const std::int64_t repeats_;        // of each sample in a row
  std::vector<std::int64_t> chosen_;  // dataset positions, in dataset order
  std::int64_t size_ = 0;
  std::int64_t batches_ = 0;
  mutable std::string fingerprint_;

  // The consumer's own.
  InputPool pool_;
  std::map<std::int64_t, BadInput> bad_;  // by dataset position
  bool has_epoch_ = false;

  // Shared with the threads, under the lock.
  mutable std::mutex mutex_;
  std::optional<LoaderTimes> times_;  // set before the threads start, if at all
  std::condition_variable work_;      // there may be samples to claim
  std::condition_variable done_;      // a batch is complete, or no thread is busy
  std::vector<BatchSlot> slots_;      // batch b is in slot b modulo their number
  std::vector<std::int64_t> order_;
  std::int64_t epoch_ = 0;
  std::int64_t next_batch_ = 0;   // to be delivered
  std::int64_t next_sample_ = 0;  // to be claimed, in the epoch's order
  std::int64_t end_sample_ = 0;
  std::int64_t busy_threads_ = 0;
  bool is_stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace

std::unique_ptr<BatchSource> make_loader(ImageDataset dataset, const DataRequest& request,
                                         Targets targets) {
  return std::make_unique<Loader>(std::move(dataset), request, targets);
}

}  // namespace yardstick
