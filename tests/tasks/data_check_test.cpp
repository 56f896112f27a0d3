#include "tasks/data_check.h"

#include "tasks/io/data_root.h"
#include "tasks/io/fingerprint.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"

#include <yardstick/sha256.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::Bytes;
using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class Silent : public ProgressListener {
 public:
  void update(const Progress& progress) override { last = progress; }
  void milestone(const std::string&) override {}
  Progress last;
};

class DataCheckTest : public testing::Test {
 protected:
  DataCheckTest() {
    test::write_bytes(dir_.file("val/cat/1.jpg"), jpeg_);
    test::write_bytes(dir_.file("val/dog/2.png"), png_);
    test::write_bytes(dir_.file("train/cat/3.jpg"), jpeg_);
    test::write_bytes(dir_.file("train/cat/notes.txt"), {1});
  }
  DataPassport check() { return check_data(dir_.path(), 3, progress_, nullptr); }

  const test::TempDir dir_;
  const Bytes jpeg_ = test::encode_jpeg(test::noisy_image(17, 9, 1));
  const Bytes png_ = test::encode_png({.width_px = 1, .height_px = 2}, {1, 2, 3, 4, 5, 6});
  Silent progress_;
};

TEST_F(DataCheckTest, ListsEveryImageInNameOrder) {
  const DataPassport passport = check();

  ASSERT_EQ(passport.files.size(), 3U);
  EXPECT_EQ(passport.files[0].name, "train/cat/3.jpg");
  EXPECT_EQ(passport.files[1].name, "val/cat/1.jpg");
  EXPECT_EQ(passport.files[1].bytes, static_cast<std::int64_t>(jpeg_.size()));
  EXPECT_EQ(passport.files[1].width_px, 17);
  EXPECT_EQ(passport.files[1].height_px, 9);
  EXPECT_EQ(passport.files[1].format, "JPEG");
  EXPECT_EQ(passport.files[1].sha256, sha256_of_file(dir_.file("val/cat/1.jpg")));
  EXPECT_EQ(passport.files[2].format, "PNG");
  EXPECT_THAT(passport.per_split, ElementsAre(Pair("train", 1), Pair("val", 2)));
  EXPECT_THAT(passport.per_class,
              ElementsAre(Pair("train/cat", 1), Pair("val/cat", 1), Pair("val/dog", 1)));
  EXPECT_TRUE(passport.bad.empty());
  EXPECT_EQ(progress_.last.done, 3);
  EXPECT_EQ(progress_.last.total, 3);
}

TEST_F(DataCheckTest, NamesBadFilesAndGoesOn) {
  test::write_bytes(dir_.file("val/dog/2.png"), Bytes(png_.begin(), png_.end() - 30));
  test::write_bytes(dir_.file("val/dog/0.jpg"), {});

  const DataPassport passport = check();

  ASSERT_EQ(passport.bad.size(), 2U);
  EXPECT_EQ(passport.bad[0].name, "val/dog/0.jpg");
  EXPECT_EQ(passport.bad[0].reason, "the file is empty");
  EXPECT_EQ(passport.bad[1].name, "val/dog/2.png");
  EXPECT_THAT(passport.bad[1].reason, HasSubstr("a truncated PNG"));
  EXPECT_EQ(passport.files.size(), 4U);
  EXPECT_EQ(passport.files[3].width_px, 0);
}

TEST_F(DataCheckTest, ItsHashChangesWithAnyFile) {
  const DataPassport before = check();
  EXPECT_EQ(check().sha256, before.sha256);
  std::filesystem::rename(dir_.file("val/dog/2.png"), dir_.file("val/dog/3.png"));
  const DataPassport renamed = check();

  EXPECT_NE(renamed.sha256, before.sha256);
  EXPECT_EQ(renamed.fingerprints.at("train"), before.fingerprints.at("train"));
  EXPECT_NE(renamed.fingerprints.at("val"), before.fingerprints.at("val"));
}

TEST_F(DataCheckTest, KnowsTheFingerprintThatRecordsCarry) {
  const std::string recorded = fingerprint_of(open_labelled_images(dir_.path(), "val", "", 1), 1);

  EXPECT_THAT(check().fingerprints.at("val"), testing::Contains(recorded));
}

TEST_F(DataCheckTest, KnowsTheFingerprintOfShardsToo) {
  test::write_tar(dir_.file("s-val-0.tar"), {{"1.cls", {'3'}}, {"1.jpg", jpeg_}});
  const std::string root = dir_.file("s-val-{0..0}.tar");

  const DataPassport passport = check_data(root, 1, progress_, nullptr);

  EXPECT_THAT(passport.per_class, ElementsAre(Pair("val/3", 1)));
  EXPECT_THAT(passport.fingerprints.at("val"),
              testing::Contains(fingerprint_of(open_labelled_images(root, "val", "", 1), 1)));
}

TEST_F(DataCheckTest, WritesItsFileFormat) {
  test::write_bytes(dir_.file("val/dog/0.jpg"), {});
  const auto json = nlohmann::json::parse(check().to_json());

  EXPECT_EQ(json["format"], "yardstick-data-passport");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["images"], 4);
  EXPECT_EQ(json["images_per_class"]["val/dog"], 2);
  EXPECT_EQ(json["bad"][0]["name"], "val/dog/0.jpg");
  EXPECT_EQ(json["files"][1]["width_px"], 17);
  EXPECT_EQ(json["sha256"], check().sha256);
}

TEST_F(DataCheckTest, StopsWhenAsked) {
  for (int i = 0; i < 3000; ++i) {
    test::write_bytes(dir_.file("val/many/" + std::to_string(i) + ".jpg"), jpeg_);
  }

  const DataPassport passport = check_data(dir_.path(), 1, progress_, [] { return true; });

  EXPECT_TRUE(passport.sha256.empty() || passport.files.size() == 3003);
}

TEST_F(DataCheckTest, RefusesAFolderWithoutImages) {
  const test::TempDir empty;

  EXPECT_THAT([&] { check_data(empty.path(), 1, progress_, nullptr); },
              ThrowsError(ErrorKind::kData, HasSubstr("holds no images")));
}

}  // namespace
}  // namespace yardstick
