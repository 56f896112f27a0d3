#include "tasks/builtin_tasks.h"

#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"

#include <ATen/Functions.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class BuiltinTasksTest : public testing::Test {
 protected:
  BuiltinTasksTest() {
    register_builtin_tasks(registrar_, test::source_path("tasks"));
    request_.preprocessing.crop_px = 28;
    request_.preprocessing.crop_pct = 1.0;
    request_.batch_size = 100;
    request_.workers = 2;
  }

  std::unique_ptr<BatchSource> open(const std::string& task) const {
    return registrar_.tasks.get(task).build()->open(request_);
  }

  Registrar registrar_;
  DataRequest request_;
};

TEST_F(BuiltinTasksTest, AreListed) {
  EXPECT_THAT(registrar_.tasks.names(),
              ElementsAre("digits", "imagefolder", "imagenet1k", "images"));
}

TEST_F(BuiltinTasksTest, DigitsComeWithTheirData) {
  const auto source = open("digits");

  EXPECT_EQ(source->size(), 1000);
  EXPECT_EQ(source->class_names().size(), 10U);
  EXPECT_EQ(source->fingerprint(),
            "content:16f299c4430f094b35523e6e123b72e1e0c44b770c6412af34ee7d52047d811a");
  source->begin_epoch(0);
  const Batch batch = *source->next();
  EXPECT_EQ(batch.targets.sum().item<std::int64_t>(), 0);  // the first 100 are zeros
  EXPECT_EQ(batch.input.sizes(), (at::IntArrayRef{100, 3, 28, 28}));
}

TEST_F(BuiltinTasksTest, DigitsHaveATrainingSplit) {
  request_.split = Split::kTrain;

  EXPECT_EQ(open("digits")->size(), 4000);
}

TEST_F(BuiltinTasksTest, OthersAskForData) {
  for (const std::string task : {"imagenet1k", "imagefolder", "images"}) {
    EXPECT_THAT(
        [&] { open(task); },
        ThrowsError(ErrorKind::kUser, AllOf(HasSubstr(task), HasSubstr("pass --data DIR"))));
  }
}

TEST_F(BuiltinTasksTest, RefuseClassesThatAreNotTheirs) {
  const test::TempDir dir;
  test::write_bytes(dir.file("val/cat/1.jpg"), {1});
  request_.root = dir.path();

  EXPECT_THAT([&] { open("imagenet1k"); },
              ThrowsError(ErrorKind::kData, HasSubstr("has 1 classes where imagenet1k has 1000")));
  EXPECT_THAT([&] { open("digits"); }, ThrowsError(ErrorKind::kData, HasSubstr("digits has 10")));
  EXPECT_EQ(open("imagefolder")->size(), 1);
}

TEST_F(BuiltinTasksTest, ShardsMayLackTheLastClasses) {
  const test::TempDir dir;
  test::write_tar(dir.file("val.tar"), {{"1.cls", {'7'}}, {"1.jpg", {1}}});
  request_.root = dir.file("val.tar");

  EXPECT_EQ(open("digits")->class_names().size(), 10U);
  test::write_tar(dir.file("val.tar"), {{"1.cls", {'1', '0'}}, {"1.jpg", {1}}});
  EXPECT_THAT([&] { open("digits"); }, ThrowsError(ErrorKind::kData, HasSubstr("has 11 classes")));
}

TEST_F(BuiltinTasksTest, ImagesTakesPhotographsAsTheyAre) {
  request_.root = test::source_path("tasks/data/photos");
  request_.batch_size = 2;
  request_.preprocessing = {};
  const auto source = open("images");

  source->begin_epoch(0);
  const Batch batch = *source->next();

  EXPECT_EQ(batch.input.sizes(), (at::IntArrayRef{2, 3, 224, 224}));
  EXPECT_FALSE(batch.targets.defined());
  EXPECT_FALSE(registrar_.tasks.get("images").info.has_targets);
}

}  // namespace
}  // namespace yardstick
