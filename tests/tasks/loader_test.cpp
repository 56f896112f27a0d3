#include "tasks/io/loader.h"

#include "tasks/io/data_root.h"
#include "tasks/io/loader_times.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"

#include <ATen/Functions.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;

// What a whole epoch delivers, whatever the batches.
struct Delivered {
  std::vector<std::int64_t> indices;
  std::vector<std::int64_t> targets;
  std::vector<std::int64_t> batch_sizes;
  at::Tensor input;
};

std::vector<std::int64_t> values(const at::Tensor& tensor) {
  const auto* data = tensor.const_data_ptr<std::int64_t>();
  return {data, data + tensor.numel()};
}

Delivered drain(BatchSource& source) {
  Delivered all;
  std::vector<at::Tensor> inputs;
  while (const auto batch = source.next()) {
    for (const std::int64_t index : values(batch->indices)) all.indices.push_back(index);
    for (const std::int64_t target : values(batch->targets)) all.targets.push_back(target);
    all.batch_sizes.push_back(batch->size());
    inputs.push_back(batch->input.clone());
  }
  if (!inputs.empty()) all.input = at::cat(inputs);
  return all;
}

class LoaderTest : public testing::Test {
 protected:
  static constexpr int kImages = 23;

  LoaderTest() {
    for (int i = 0; i < kImages; ++i) {
      write_image(i, test::encode_jpeg(test::noisy_image(20 + i, 25, i)));
    }
    request_.preprocessing.crop_px = 16;
    request_.batch_size = 4;
    request_.workers = 2;
  }

  std::string path_of(int i) const {
    return dir_.file(i % 2 == 0 ? "val/a/" : "val/b/") + std::to_string(100 + i) + ".jpg";
  }
  void write_image(int i, const test::Bytes& bytes) const { test::write_bytes(path_of(i), bytes); }

  std::unique_ptr<BatchSource> open() const {
    return make_loader(open_labelled_images(dir_.path(), "val", "", 1), request_,
                       Targets::kClasses);
  }
  Delivered epoch(std::int64_t number, std::int64_t first_batch = 0) const {
    const auto source = open();
    source->begin_epoch(number, first_batch);
    return drain(*source);
  }

  const test::TempDir dir_;
  DataRequest request_;
};

TEST_F(LoaderTest, DeliversEverySampleInOrder) {
  const auto source = open();
  source->begin_epoch(0);
  const Delivered all = drain(*source);

  EXPECT_EQ(source->size(), kImages);
  EXPECT_EQ(source->batches(), 6);
  EXPECT_THAT(source->class_names(), ElementsAre("a", "b"));
  EXPECT_THAT(all.batch_sizes, ElementsAre(4, 4, 4, 4, 4, 3));
  for (int i = 0; i < kImages; ++i) EXPECT_EQ(all.indices[i], i);
  EXPECT_EQ(std::count(all.targets.begin(), all.targets.end(), 0), 12);
  EXPECT_EQ(all.input.sizes(), (at::IntArrayRef{kImages, 3, 16, 16}));
  EXPECT_EQ(all.input.scalar_type(), at::kFloat);
}

TEST_F(LoaderTest, TimesItsStagesWithoutChangingWhatItDelivers) {
  const Delivered plain = epoch(0);
  const auto source = open();
  auto& timed = dynamic_cast<TimedLoader&>(*source);
  timed.keep_times();
  source->begin_epoch(0);

  const Delivered delivered = drain(*source);

  EXPECT_TRUE(at::equal(delivered.input, plain.input));
  const LoaderTimes times = timed.times();
  ASSERT_EQ(times.images.size(), static_cast<std::size_t>(kImages));
  EXPECT_EQ(times.collate_s.size(), 6u);
  for (const LoaderTimes::Image& image : times.images) {
    EXPECT_GT(image.read_s, 0);
    EXPECT_GT(image.decode_s, 0);
    EXPECT_GT(image.preprocess_s, 0);
  }
}

TEST_F(LoaderTest, KeepsNoTimesUnasked) {
  const auto source = open();
  source->begin_epoch(0);
  drain(*source);

  EXPECT_TRUE(dynamic_cast<TimedLoader&>(*source).times().images.empty());
}

TEST_F(LoaderTest, ThreadsAndBatchSizesChangeNothing) {
  request_.split = Split::kTrain;
  request_.shuffle = true;
  request_.augmentation = {.random_resized_crop = true, .flip_probability = 0.5};
  std::filesystem::rename(dir_.file("val"), dir_.file("train"));
  const auto run = [&](std::int64_t workers, std::int64_t batch, std::int64_t prefetch) {
    request_.workers = workers;
    request_.batch_size = batch;
    request_.prefetch_batches = prefetch;
    const auto source =
        make_loader(open_labelled_images(dir_.path(), "train", "", 1), request_, Targets::kClasses);
    source->begin_epoch(3);
    return drain(*source);
  };
  const Delivered wanted = run(1, 1, 0);

  for (const std::int64_t workers : {1, 2, 5}) {
    for (const std::int64_t batch : {1, 5, 23, 40}) {
      const Delivered got = run(workers, batch, workers);
      EXPECT_EQ(got.indices, wanted.indices);
      EXPECT_EQ(got.targets, wanted.targets);
      EXPECT_TRUE(at::equal(got.input, wanted.input)) << workers << " threads, batch " << batch;
    }
  }
}

TEST_F(LoaderTest, ThreadsAndBatchSizesChangeNoAugmentation) {
  request_.split = Split::kTrain;
  request_.shuffle = true;
  request_.augmentation = {.random_resized_crop = true,
                           .flip_probability = 0.5,
                           .interpolation = TrainInterpolation::kRandom,
                           .rand_augment = "rand-m9-mstd0.5-inc1",
                           .erase_probability = 0.5,
                           .repeats = 3};
  const Delivered wanted = epoch(3);
  request_.workers = 5;
  request_.batch_size = 7;
  const Delivered got = epoch(3);

  EXPECT_EQ(got.indices, wanted.indices);
  EXPECT_TRUE(at::equal(got.input, wanted.input));
}

TEST_F(LoaderTest, RepeatsEachSampleWithOtherDrawsInAnEpochOfTheSameLength) {
  request_.split = Split::kTrain;
  request_.augmentation.random_resized_crop = true;
  const Delivered once = epoch(0);
  request_.augmentation.repeats = 3;
  const Delivered repeated = epoch(0);

  ASSERT_EQ(repeated.indices.size(), static_cast<std::size_t>(kImages));
  for (int i = 0; i < kImages; ++i) EXPECT_EQ(repeated.indices[i], i / 3);
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(at::equal(repeated.input[3 * i], once.input[i]));
    EXPECT_FALSE(at::equal(repeated.input[3 * i + 1], repeated.input[3 * i]));
    EXPECT_FALSE(at::equal(repeated.input[3 * i + 2], repeated.input[3 * i + 1]));
  }
}

TEST_F(LoaderTest, NeitherAugmentsNorRepeatsAtEvaluation) {
  const Delivered wanted = epoch(0);
  request_.augmentation = {
      .flip_probability = 1, .rand_augment = "rand-p1", .erase_probability = 1, .repeats = 2};
  const Delivered got = epoch(0);

  EXPECT_EQ(got.indices, wanted.indices);
  EXPECT_TRUE(at::equal(got.input, wanted.input));
}

TEST_F(LoaderTest, TakesAFewOfEachClassUnderTheirPositionsInTheWhole) {
  const Delivered whole = epoch(0);
  const std::string fingerprint = open()->fingerprint();
  request_.samples_per_class = 3;
  request_.subset_seed = 5;
  const auto source = open();
  source->begin_epoch(0);
  const Delivered few = drain(*source);

  EXPECT_EQ(source->size(), 6);
  EXPECT_EQ(std::count(few.targets.begin(), few.targets.end(), 0), 3);
  EXPECT_EQ(std::count(few.targets.begin(), few.targets.end(), 1), 3);
  EXPECT_EQ(source->fingerprint(), fingerprint);
  for (int i = 0; i < 6; ++i) {
    EXPECT_TRUE(at::equal(few.input[i], whole.input[few.indices[i]]));
    EXPECT_EQ(few.targets[i], whole.targets[few.indices[i]]);
  }
}

TEST_F(LoaderTest, RefusesMoreOfAClassThanThereAre) {
  request_.samples_per_class = 12;

  EXPECT_THAT([&] { open(); },
              ThrowsError(ErrorKind::kUser, HasSubstr("class b has 11 images, not 12")));
}

TEST_F(LoaderTest, EpochsShuffleAndSeedsDiffer) {
  request_.shuffle = true;
  const Delivered first = epoch(0);
  const Delivered second = epoch(1);
  request_.shuffle_seed = 1;
  const Delivered seeded = epoch(0);

  EXPECT_NE(first.indices, second.indices);
  EXPECT_NE(first.indices, seeded.indices);
  EXPECT_EQ(std::set(second.indices.begin(), second.indices.end()).size(), 23U);
}

TEST_F(LoaderTest, ResumesInMidEpochExactly) {
  request_.shuffle = true;
  const Delivered whole = epoch(2);
  const Delivered rest = epoch(2, 4);

  EXPECT_EQ(rest.indices,
            std::vector<std::int64_t>(whole.indices.begin() + 16, whole.indices.end()));
  EXPECT_TRUE(at::equal(rest.input, whole.input.narrow(0, 16, 7)));
  EXPECT_TRUE(epoch(2, 6).indices.empty());
}

TEST_F(LoaderTest, ANewEpochDropsWhatWasInFlight) {
  const auto source = open();
  for (int i = 0; i < 20; ++i) {
    source->begin_epoch(i);
    if (i % 2 == 0) source->next();
  }
  source->begin_epoch(0);

  EXPECT_EQ(drain(*source).indices.size(), 23U);
}

TEST_F(LoaderTest, CanBeDestroyedAtAnyTime) {
  request_.workers = 5;
  for (int i = 0; i < 20; ++i) {
    const auto source = open();
    if (i > 0) source->begin_epoch(0);
    for (int taken = 1; taken < i / 4; ++taken) source->next();
  }
}

TEST_F(LoaderTest, ABatchStaysWhileItIsHeld) {
  request_.batch_size = 1;
  const auto source = open();
  source->begin_epoch(0);
  const Batch first = *source->next();
  const at::Tensor copy = first.input.clone();
  const at::Tensor view = source->next()->input.select(0, 0);
  const at::Tensor view_copy = view.clone();
  drain(*source);

  EXPECT_TRUE(at::equal(first.input, copy));
  EXPECT_TRUE(at::equal(view, view_copy));
}

TEST_F(LoaderTest, LimitTakesTheFirstSamples) {
  request_.limit = 5;

  EXPECT_THAT(epoch(0).indices, ElementsAre(0, 1, 2, 3, 4));
  request_.shuffle = true;
  const Delivered shuffled = epoch(0);
  EXPECT_EQ(std::set(shuffled.indices.begin(), shuffled.indices.end()),
            (std::set<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST_F(LoaderTest, DropLastKeepsWholeBatches) {
  request_.drop_last = true;

  EXPECT_THAT(epoch(0).batch_sizes, ElementsAre(4, 4, 4, 4, 4));
  request_.batch_size = 24;
  EXPECT_THAT([&] { open(); },
              ThrowsError(ErrorKind::kUser, HasSubstr("a batch of 24 is more than the 23 images")));
}

TEST_F(LoaderTest, FailNamesTheBadFileWhenItsBatchIsReached) {
  write_image(10, test::to_bytes("not an image"));  // index 5, in the second batch
  const auto source = open();
  source->begin_epoch(0);

  EXPECT_TRUE(source->next().has_value());
  EXPECT_THAT([&] { source->next(); },
              ThrowsError(ErrorKind::kData, HasSubstr(path_of(10) + ": neither a JPEG nor a PNG")));
}

TEST_F(LoaderTest, SkipLeavesBadFilesOutAndCountsThem) {
  const Delivered whole = epoch(0);
  write_image(21, {});
  write_image(10, test::to_bytes("not an image"));
  std::filesystem::remove(path_of(2));
  const ImageDataset listed_before = [&] {
    write_image(2, {1});
    ImageDataset dataset = open_labelled_images(dir_.path(), "val", "", 1);
    std::filesystem::remove(path_of(2));
    return dataset;
  }();
  request_.on_bad_input = BadInputPolicy::kSkip;
  request_.batch_size = 3;
  const auto source = make_loader(listed_before, request_, Targets::kClasses);
  source->begin_epoch(0);

  const Delivered some = drain(*source);

  EXPECT_EQ(some.indices.size(), 20U);
  EXPECT_THAT(some.batch_sizes, ElementsAre(2, 2, 3, 3, 3, 3, 3, 1));
  for (std::size_t i = 0; i < some.indices.size(); ++i) {
    EXPECT_TRUE(at::equal(some.input[i], whole.input[some.indices[i]])) << i;
    EXPECT_EQ(some.targets[i], whole.targets[some.indices[i]]);
  }
  const auto bad = source->bad_inputs();
  ASSERT_EQ(bad.size(), 3U);
  EXPECT_EQ(bad[0].name, path_of(2));
  EXPECT_THAT(bad[0].reason, HasSubstr("No such file"));
  EXPECT_EQ(bad[1].name, path_of(10));
  EXPECT_EQ(bad[2].name, path_of(21));
  EXPECT_EQ(bad[2].reason, "the file is empty");
  source->begin_epoch(1);
  EXPECT_TRUE(source->bad_inputs().empty());
}

TEST_F(LoaderTest, SkipLeavesOutABatchWithoutGoodFiles) {
  write_image(0, {});
  request_.on_bad_input = BadInputPolicy::kSkip;
  request_.batch_size = 1;

  EXPECT_EQ(epoch(0).batch_sizes, std::vector<std::int64_t>(22, 1));
}

TEST_F(LoaderTest, HasNoTargetsWhereNoneAreAskedFor) {
  const auto source =
      make_loader(open_labelled_images(dir_.path(), "val", "", 1), request_, Targets::kNone);
  source->begin_epoch(0);

  EXPECT_FALSE(source->next()->targets.defined());
}

TEST_F(LoaderTest, ShardsGiveTheSameBatchesAsFolders) {
  std::vector<std::pair<std::string, test::Bytes>> members;
  int number = 0;
  const ImageDataset folder = open_labelled_images(dir_.path(), "val", "", 1);
  for (const Sample& sample : folder.samples) {
    const std::string key = std::to_string(1000 + number++);
    members.push_back({key + ".jpg", test::read_bytes(folder.path_of(sample))});
    members.push_back({key + ".cls", test::to_bytes(std::to_string(sample.target))});
  }
  test::write_tar(dir_.file("val-000.tar"), members);
  const Delivered wanted = epoch(0);
  const auto source =
      make_loader(open_labelled_images(dir_.file("val-{000..000}.tar"), "val", "", 2), request_,
                  Targets::kClasses);
  source->begin_epoch(0);
  const Delivered got = drain(*source);

  EXPECT_EQ(got.targets, wanted.targets);
  EXPECT_TRUE(at::equal(got.input, wanted.input));
}

TEST_F(LoaderTest, SaysThatPinnedMemoryNeedsAGpu) {
  request_.pin_memory = true;
  const auto source = open();

  EXPECT_THAT([&] { source->begin_epoch(0); },
              ThrowsError(ErrorKind::kEnvironment, HasSubstr("no pinned memory")));
}

TEST_F(LoaderTest, RefusesRequestsOutOfRange) {
  request_.batch_size = 0;
  EXPECT_THAT([&] { open(); }, ThrowsError(ErrorKind::kUser, HasSubstr("a batch size of 0")));
  request_.batch_size = 1;
  request_.workers = 0;
  EXPECT_THAT([&] { open(); }, ThrowsError(ErrorKind::kUser, HasSubstr("loader threads of 0")));
  request_.workers = 1;
  request_.augmentation.min_ratio = -1;
  EXPECT_THAT([&] { open(); }, ThrowsError(ErrorKind::kUser, HasSubstr("crops of ratio -1")));
  request_.augmentation = {.repeats = 0};
  EXPECT_THAT([&] { open(); }, ThrowsError(ErrorKind::kUser, HasSubstr("repeats of 0")));
}

}  // namespace
}  // namespace yardstick
