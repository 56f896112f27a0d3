#include "tasks/io/data_root.h"

#include "tasks/io/fingerprint.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::Bytes;
using test::TempDir;
using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

void touch(const TempDir& dir, const std::vector<std::string>& names) {
  for (const std::string& name : names) test::write_bytes(dir.file(name), test::to_bytes(name));
}

std::vector<std::string> names_of(const ImageDataset& dataset) {
  std::vector<std::string> names;
  for (const Sample& sample : dataset.samples) names.push_back(sample.name);
  return names;
}

std::vector<int> targets_of(const ImageDataset& dataset) {
  std::vector<int> targets;
  for (const Sample& sample : dataset.samples) targets.push_back(sample.target);
  return targets;
}

ImageDataset open_val(const std::string& root, const std::string& class_index = "") {
  return open_labelled_images(root, "val", class_index, 2);
}

auto fails_with(const std::string& text) { return ThrowsError(ErrorKind::kData, HasSubstr(text)); }

TEST(ImageFolderTest, OrdersClassesAndFilesAsTorchvision) {
  const TempDir dir;
  touch(dir, {"val/b/2.JPG", "val/b/10.jpg", "val/a/z.png", "val/a/sub/y.jpeg", "val/a-b/x.jpg",
              "val/b/notes.txt", "val/readme.jpg", "train/a/1.jpg"});

  const ImageDataset dataset = open_val(dir.path());

  EXPECT_THAT(dataset.class_names, ElementsAre("a", "a-b", "b"));
  EXPECT_THAT(names_of(dataset), ElementsAre("val/a/z.png", "val/a/sub/y.jpeg", "val/a-b/x.jpg",
                                             "val/b/10.jpg", "val/b/2.JPG"));
  EXPECT_THAT(targets_of(dataset), ElementsAre(0, 0, 1, 2, 2));
}

TEST(ImageFolderTest, ListsWhatOnlyOthersCanDecode) {
  const TempDir dir;
  touch(dir, {"val/a/1.jpg", "val/a/2.webp", "val/a/3.tiff"});

  EXPECT_EQ(open_val(dir.path()).samples.size(), 3U);
}

TEST(ImageFolderTest, FollowsLinksToFolders) {
  const TempDir dir;
  touch(dir, {"elsewhere/1.jpg", "val/a/1.jpg"});
  std::filesystem::create_directory_symlink(dir.file("elsewhere"), dir.file("val/b"));

  EXPECT_THAT(names_of(open_val(dir.path())), ElementsAre("val/a/1.jpg", "val/b/1.jpg"));
}

TEST(ImageFolderTest, RefusesALinkToItsParent) {
  const TempDir dir;
  touch(dir, {"val/a/1.jpg"});
  std::filesystem::create_directory_symlink(dir.file("val/a"), dir.file("val/a/again"));

  EXPECT_THAT([&] { open_val(dir.path()); }, fails_with("is there a link to its own parent?"));
}

TEST(ImageFolderTest, AClassIndexOverridesTheOrder) {
  const TempDir dir;
  touch(dir, {"val/a/1.jpg", "val/b/1.jpg"});
  test::write_file(dir.file("index.json"), R"(["b", "unused", "a"])");

  const ImageDataset dataset = open_val(dir.path(), dir.file("index.json"));

  EXPECT_THAT(dataset.class_names, ElementsAre("b", "unused", "a"));
  EXPECT_THAT(targets_of(dataset), ElementsAre(2, 0));
}

TEST(ImageFolderTest, FindsValidationAsVal) {
  const TempDir dir;
  touch(dir, {"validation/a/1.jpg"});

  EXPECT_THAT(names_of(open_val(dir.path())), ElementsAre("validation/a/1.jpg"));
}

TEST(ImageFolderTest, SaysInOneLineWhatIsMissing) {
  const TempDir dir;
  EXPECT_THAT([&] { open_val(dir.file("none")); }, fails_with("there is no " + dir.file("none")));
  EXPECT_THAT([&] { open_val(dir.path()); }, fails_with("holds no images"));
  touch(dir, {"train/a/1.jpg", "test/a/1.jpg"});
  EXPECT_THAT([&] { open_val(dir.path()); },
              fails_with(dir.path() + " has no split val; it has test and train"));
  touch(dir, {"val/loose.jpg"});
  EXPECT_THAT([&] { open_val(dir.path()); },
              fails_with("val holds no class folders; expected " + dir.path() + "/val/<class>/"));
  touch(dir, {"val/a/notes.txt"});
  EXPECT_THAT([&] { open_val(dir.path()); }, fails_with("val holds no images"));
  touch(dir, {"val/b/1.jpg"});
  EXPECT_THAT([&] { open_val(dir.path()); }, fails_with("val holds no images of class a"));
  test::write_file(dir.file("index.json"), R"(["a"])");
  EXPECT_THAT([&] { open_val(dir.path(), dir.file("index.json")); },
              fails_with("class folders that the class index does not name: b"));
}

TEST(ImageFolderTest, NamesTheFoldersWhereNoneIsASplit) {
  const TempDir dir;
  touch(dir, {"cat/1.jpg", "dog/1.jpg"});

  EXPECT_THAT([&] { open_val(dir.path()); },
              fails_with("has no split val; it holds the folders cat and dog"));
}

class ShardTest : public testing::Test {
 protected:
  // Two shards of WebDataset's kind, in every detail that the format allows.
  void write_shards(const std::string& stem) {
    test::write_tar(dir_.file(stem + "-0.tar"), {{"x/0001.cls", {'2'}},
                                                 {"x/0001.jpg", Bytes(600, 1)},
                                                 {"x/0002.json", {'{', '}'}},
                                                 {"x/0002.jpeg", Bytes(5, 2)},
                                                 {"x/0002.cls", {'0', '\n'}}});
    test::write_tar(dir_.file(stem + "-1.tar"), {{"0003.png", Bytes(7, 3)}, {"0003.cls", {'1'}}});
  }

  const TempDir dir_;
};

TEST_F(ShardTest, ReadsAPatternByOffset) {
  write_shards("val");

  const ImageDataset dataset = open_val(dir_.file("val-{0..1}.tar"));

  EXPECT_THAT(names_of(dataset),
              ElementsAre("val-0.tar:x/0001.jpg", "val-0.tar:x/0002.jpeg", "val-1.tar:0003.png"));
  EXPECT_THAT(targets_of(dataset), ElementsAre(2, 0, 1));
  EXPECT_THAT(dataset.class_names, ElementsAre("0", "1", "2"));
  Bytes bytes;
  dataset.read(dataset.samples[2], bytes);
  EXPECT_EQ(bytes, Bytes(7, 3));
  dataset.read(dataset.samples[0], bytes);
  EXPECT_EQ(bytes, Bytes(600, 1));
}

TEST_F(ShardTest, FindsTheSplitInAFolderOfShards) {
  write_shards("imagenet-train");
  write_shards("imagenet-val");

  EXPECT_THAT(names_of(open_val(dir_.path())),
              ElementsAre("imagenet-val-0.tar:x/0001.jpg", "imagenet-val-0.tar:x/0002.jpeg",
                          "imagenet-val-1.tar:0003.png"));
  EXPECT_EQ(open_val(dir_.file("imagenet-{split}-{0..1}.tar")).samples.size(), 3U);
}

TEST_F(ShardTest, FindsShardsInAFolderOfTheSplit) {
  std::filesystem::create_directory(dir_.file("val"));
  write_shards("val/a");

  EXPECT_EQ(open_val(dir_.path()).samples.size(), 3U);
}

TEST_F(ShardTest, RefusesShardsNamedAfterAnotherSplit) {
  write_shards("train");

  EXPECT_THAT([&] { open_val(dir_.file("train-{0..1}.tar")); },
              fails_with("train-0.tar is named after split train, not val"));
}

TEST_F(ShardTest, NamesAMissingShard) {
  write_shards("val");

  EXPECT_THAT([&] { open_val(dir_.file("val-{0..2}.tar")); },
              fails_with("val-2.tar: No such file"));
}

TEST_F(ShardTest, RefusesSamplesThatAreNotWhole) {
  test::write_tar(dir_.file("a.tar"), {{"1.cls", {'1'}}, {"1.jpg", {1}}, {"2.jpg", {1}}});
  test::write_tar(dir_.file("b.tar"), {{"1.cls", {'1'}}, {"1.jpg", {1}}, {"1.png", {1}}});
  test::write_tar(dir_.file("c.tar"), {{"1.cls", {'c', 'a', 't'}}, {"1.jpg", {1}}});

  EXPECT_THAT([&] { open_val(dir_.file("a.tar")); },
              fails_with("a.tar:2.jpg has no .cls beside it"));
  EXPECT_THAT([&] { open_val(dir_.file("b.tar")); }, fails_with("b.tar: sample 1 has two images"));
  EXPECT_THAT([&] { open_val(dir_.file("c.tar")); },
              fails_with("c.tar:1.cls holds \"cat\", not a class number"));
}

TEST_F(ShardTest, ATarOfFoldersEqualsTheFolders) {
  const std::vector<std::string> names = {"val/b/2.jpg",      "val/b/10.jpg",  "val/a/z.png",
                                          "val/a/sub/y.jpeg", "val/a-b/x.jpg", "train/a/1.jpg"};
  touch(dir_, names);
  std::vector<std::pair<std::string, Bytes>> members;
  for (const std::string& name : names) members.push_back({"set/" + name, test::to_bytes(name)});
  test::write_tar(dir_.file("set.tar.gz"), members, {.is_gzipped = true});

  const ImageDataset folder = open_val(dir_.path());
  const ImageDataset tar = open_val(dir_.file("set.tar.gz"));

  EXPECT_EQ(tar.class_names, folder.class_names);
  EXPECT_EQ(targets_of(tar), targets_of(folder));
  ASSERT_EQ(tar.samples.size(), folder.samples.size());
  for (std::size_t i = 0; i < tar.samples.size(); ++i) {
    Bytes from_tar, from_folder;
    tar.read(tar.samples[i], from_tar);
    folder.read(folder.samples[i], from_folder);
    EXPECT_EQ(tar.samples[i].name, "set.tar.gz:set/" + folder.samples[i].name);
    EXPECT_EQ(from_tar, from_folder);
  }
}

TEST_F(ShardTest, NamesTheSplitsOfATarThatLacksOne) {
  test::write_tar(dir_.file("set.tar"), {{"set/train/a/1.jpg", {1}}});

  EXPECT_THAT([&] { open_val(dir_.file("set.tar")); },
              fails_with("set.tar has no split val; it has train"));
}

TEST(AllImagesTest, FindsImagesInFoldersTarsAndAlone) {
  const TempDir dir;
  touch(dir, {"b.jpg", "sub/a.png", "sub/notes.txt"});
  test::write_tar(dir.file("sub/s.tar"), {{"c.jpg", {1}}, {"d.txt", {1}}});

  EXPECT_THAT(names_of(open_all_images(dir.path(), 2)),
              ElementsAre("sub/s.tar:c.jpg", "b.jpg", "sub/a.png"));
  EXPECT_THAT(names_of(open_all_images(dir.file("b.jpg"), 2)), ElementsAre("b.jpg"));
  EXPECT_THAT(names_of(open_all_images(dir.file("sub/s.tar"), 2)), ElementsAre("s.tar:c.jpg"));
}

TEST(AllImagesTest, RefusesWhatHoldsNone) {
  const TempDir dir;

  EXPECT_THAT([&] { open_all_images(dir.path(), 1); }, fails_with("holds no images"));
  EXPECT_THAT([&] { open_all_images(dir.file("none"), 1); }, fails_with("there is no"));
}

TEST(FingerprintTest, ChangesWithContentNameAndLabelOnly) {
  const TempDir dir;
  touch(dir, {"val/a/1.jpg", "val/b/1.jpg"});
  const std::string before = fingerprint_of(open_val(dir.path()), 2);
  EXPECT_EQ(fingerprint_of(open_val(dir.path()), 1), before);
  EXPECT_THAT(before, testing::StartsWith("content:"));

  test::write_bytes(dir.file("val/a/1.jpg"), test::to_bytes("val/a/2.jpg"));
  const std::string changed = fingerprint_of(open_val(dir.path()), 2);
  touch(dir, {"val/a/1.jpg"});
  std::filesystem::rename(dir.file("val/a/1.jpg"), dir.file("val/a/2.jpg"));

  EXPECT_NE(changed, before);
  EXPECT_NE(fingerprint_of(open_val(dir.path()), 2), before);
  std::filesystem::rename(dir.file("val/a/2.jpg"), dir.file("val/a/1.jpg"));
  EXPECT_EQ(fingerprint_of(open_val(dir.path()), 2), before);
}

}  // namespace
}  // namespace yardstick
