#include "tasks/io/class_index.h"

#include "tasks/io/brace_expansion.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> read(const std::string& json) {
  const test::TempDir dir;
  test::write_file(dir.file("index.json"), json);
  return read_class_index(dir.file("index.json"));
}

auto fails_with(const std::string& text) { return ThrowsError(ErrorKind::kData, HasSubstr(text)); }

TEST(ClassIndexTest, ReadsAList) {
  EXPECT_THAT(read(R"(["dog", "ant"])"), ElementsAre("dog", "ant"));
}

TEST(ClassIndexTest, ReadsNamesToIndices) {
  EXPECT_THAT(read(R"({"ant": 1, "dog": 0})"), ElementsAre("dog", "ant"));
}

TEST(ClassIndexTest, ReadsImageNetsIndicesToNames) {
  EXPECT_THAT(read(R"({"1": ["n01443537", "goldfish"], "0": ["n01440764", "tench"]})"),
              ElementsAre("n01440764", "n01443537"));
  EXPECT_THAT(read(R"({"1": "b", "0": "a"})"), ElementsAre("a", "b"));
}

TEST(ClassIndexTest, RefusesWhatIsNoOrderOfClasses) {
  EXPECT_THAT([] { read("nonsense"); }, fails_with("index.json: not a JSON list or object"));
  EXPECT_THAT([] { read("[]"); }, fails_with("no classes"));
  EXPECT_THAT([] { read(R"(["a", "a"])"); }, fails_with("class a is given twice"));
  EXPECT_THAT([] { read(R"({"a": 0, "b": 2})"); }, fails_with("index 2 among 2 classes"));
  EXPECT_THAT([] { read(R"({"a": 0, "b": 0})"); }, fails_with("index 0 is given twice"));
  EXPECT_THAT([] { read(R"([1])"); }, fails_with("a class without a name"));
  EXPECT_THAT([] { read_class_index("/nowhere.json"); }, fails_with("/nowhere.json"));
}

TEST(BraceExpansionTest, KeepsZerosOfRanges) {
  EXPECT_THAT(expand_braces("a-{0008..0010}.tar"),
              ElementsAre("a-0008.tar", "a-0009.tar", "a-0010.tar"));
  EXPECT_THAT(expand_braces("{8..10}"), ElementsAre("8", "9", "10"));
}

TEST(BraceExpansionTest, MultipliesBracesAndTakesLists) {
  EXPECT_THAT(expand_braces("{a,b}-{0..1}"), ElementsAre("a-0", "a-1", "b-0", "b-1"));
  EXPECT_THAT(expand_braces("plain.tar"), ElementsAre("plain.tar"));
}

TEST(BraceExpansionTest, RefusesBrokenPatterns) {
  const auto fails = [](const std::string& text) {
    return ThrowsError(ErrorKind::kUser, HasSubstr(text));
  };
  EXPECT_THAT([] { expand_braces("a-{0..2"); }, fails("a brace is not closed"));
  EXPECT_THAT([] { expand_braces("a-{5..2}"); }, fails("falls"));
  EXPECT_THAT([] { expand_braces("{0..9999999}"); }, fails("more than 1000000"));
}

}  // namespace
}  // namespace yardstick
