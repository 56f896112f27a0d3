#include "tasks/io/tar_index.h"

#include "tasks/io/archive.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/encoders.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace yardstick {
namespace {

using test::Bytes;
using test::ThrowsError;
using testing::HasSubstr;

const std::string kLongName =
    std::string(90, 'd') + "/" + std::string(90, 'e') + "/" + std::string(120, 'f') + ".jpg";

std::vector<std::pair<std::string, Bytes>> some_members() {
  return {{"folder/", {}},   {"folder/a.jpg", Bytes(700, 1)}, {"b.cls", {'7', '\n'}},
          {"empty.jpg", {}}, {"big.jpg", Bytes(100'000, 3)},  {"last.jpg", Bytes(512, 4)}};
}

Bytes contents(const Archive& archive, const TarMember& member) {
  Bytes bytes(static_cast<std::size_t>(member.bytes));
  archive.bytes->read_at(member.offset, bytes.data(), bytes.size());
  return bytes;
}

class TarFormatTest : public testing::TestWithParam<test::TarStyle> {};

TEST_P(TarFormatTest, FindsEveryMembersBytes) {
  const test::TempDir dir;
  auto members = some_members();
  if (GetParam().format != "ustar") members.push_back({kLongName, Bytes(9, 5)});
  test::write_tar(dir.file("a.tar"), members, GetParam());

  const Archive archive = open_archive(dir.file("a.tar"));

  ASSERT_EQ(archive.members.size(), members.size() - 1);
  for (std::size_t i = 0; i < archive.members.size(); ++i) {
    EXPECT_EQ(archive.members[i].name, members[i + 1].first);
    EXPECT_EQ(contents(archive, archive.members[i]), members[i + 1].second);
  }
  EXPECT_EQ(archive.is_in_memory, GetParam().is_gzipped);
}

INSTANTIATE_TEST_SUITE_P(Formats, TarFormatTest,
                         testing::Values(test::TarStyle{"ustar", false},
                                         test::TarStyle{"gnutar", false},
                                         test::TarStyle{"pax", false},
                                         test::TarStyle{"ustar", true}));

TEST(TarIndexTest, NamesTheMemberInWhichAnArchiveEnds) {
  const test::TempDir dir;
  test::write_tar(dir.file("a.tar"), some_members());
  Bytes bytes = test::read_bytes(dir.file("a.tar"));
  bytes.resize(50'000);
  test::write_bytes(dir.file("a.tar"), bytes);

  EXPECT_THAT([&] { open_archive(dir.file("a.tar")); },
              ThrowsError(ErrorKind::kData, HasSubstr("the archive ends inside big.jpg at byte")));
}

TEST(TarIndexTest, RefusesWhatIsNoTar) {
  const test::TempDir dir;
  test::write_bytes(dir.file("a.tar"), Bytes(2000, 'x'));

  EXPECT_THAT([&] { open_archive(dir.file("a.tar")); },
              ThrowsError(ErrorKind::kData, HasSubstr("a.tar: not a tar header (wrong checksum)")));
}

TEST(TarIndexTest, NamesADamagedCompressedArchive) {
  const test::TempDir dir;
  test::write_tar(dir.file("a.tar.gz"), some_members(), {.is_gzipped = true});
  Bytes bytes = test::read_bytes(dir.file("a.tar.gz"));
  bytes.resize(bytes.size() / 2);
  test::write_bytes(dir.file("a.tar.gz"), bytes);

  EXPECT_THAT([&] { open_archive(dir.file("a.tar.gz")); },
              ThrowsError(ErrorKind::kData, HasSubstr("a.tar.gz")));
}

TEST(TarIndexTest, SurvivesMutations) {
  const test::TempDir dir;
  auto members = some_members();
  members.push_back({kLongName, Bytes(9, 5)});
  std::mt19937 random(3);
  for (const std::string format : {"gnutar", "pax"}) {
    test::write_tar(dir.file("a.tar"), members, {.format = format});
    const Bytes whole = test::read_bytes(dir.file("a.tar"));
    for (int trial = 0; trial < 1000; ++trial) {
      Bytes bytes = whole;
      if (trial % 3 == 0) bytes.resize(random() % bytes.size());
      for (int flips = 0; flips < 3 && !bytes.empty(); ++flips) {
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
      }
      const auto size = static_cast<std::int64_t>(bytes.size());
      const auto source = bytes_in_memory(std::move(bytes));
      try {
        for (const TarMember& member : index_tar(*source, "a.tar")) {
          EXPECT_GE(member.offset, 512);
          EXPECT_LE(member.offset + member.bytes, size);
        }
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kData);
      }
    }
  }
}

}  // namespace
}  // namespace yardstick
