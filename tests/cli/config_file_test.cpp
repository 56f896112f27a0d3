#include "cli/config_file.h"

#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace yardstick::cli {
namespace {

using test::TempDir;
using test::ThrowsError;
using test::write_file;
using testing::EndsWith;
using testing::HasSubstr;

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFile read(const std::string& text) {
    write_file(path_, text);
    return ConfigFile::read(path_);
  }

  TempDir folder_;
  std::string path_ = folder_.file("c.json");
};

TEST_F(ConfigFileTest, KeepsOrderTypesAndPlaces) {
  const ConfigFile file = read(
      "{\n  \"lr\": 0.5, // peak\n  \"epochs\": 3,\n"
      "  /* a list */ \"method\": [\"a\", \"b\"],\n"
      "  \"set\": {\"flag\": true}\n}\n");

  ASSERT_EQ(file.members.size(), 4u);
  EXPECT_EQ(file.members[0].key, "lr");
  EXPECT_THAT(file.members[0].where, EndsWith("c.json:2:3"));
  EXPECT_EQ(std::get<ParamValue>(file.members[0].value.data), ParamValue(0.5));
  EXPECT_EQ(std::get<ParamValue>(file.members[1].value.data), ParamValue(std::int64_t{3}));
  EXPECT_THAT(file.members[2].where, EndsWith("c.json:4:16"));
  const auto& list = std::get<ConfigValue::List>(file.members[2].value.data);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(std::get<ParamValue>(list[1].data), ParamValue(std::string("b")));
  const auto& object = std::get<ConfigValue::Object>(file.members[3].value.data);
  ASSERT_EQ(object.size(), 1u);
  EXPECT_EQ(object[0].key, "flag");
  EXPECT_THAT(object[0].where, EndsWith("c.json:5:11"));
}

TEST_F(ConfigFileTest, FindsTheStartOfAKeyWithEscapes) {
  const ConfigFile file = read("{  \"a\\\"b\": 1}");

  EXPECT_EQ(file.members[0].key, "a\"b");
  EXPECT_THAT(file.members[0].where, EndsWith("c.json:1:4"));
}

TEST_F(ConfigFileTest, NamesThePlaceOfASyntaxError) {
  EXPECT_THAT([&] { read("{\n  \"lr\": 0.5\n  \"epochs\": 3\n}"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("c.json:3:")));
}

TEST_F(ConfigFileTest, RefusesWhatIsNoSetting) {
  EXPECT_THAT([&] { read("{\"lr\": null}"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("null is no value")));
  EXPECT_THAT(
      [&] { read("{\"lr\": 1,\n \"lr\": 2}"); },
      ThrowsError(ErrorKind::kUser, testing::AllOf(HasSubstr("c.json:2:2: lr is given twice"),
                                                   HasSubstr("c.json:1:2"))));
  EXPECT_THAT([&] { read("[1, 2]"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("must be a JSON object")));
  EXPECT_THAT([&] { read("{\"n\": 18446744073709551615}"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("too large")));
  EXPECT_THAT([&] { read(""); }, ThrowsError(ErrorKind::kUser, HasSubstr("not valid JSON")));
  EXPECT_THAT([&] { read(std::string(100000, '[').replace(0, 5, "{\"a\":")); },
              ThrowsError(ErrorKind::kUser, HasSubstr("nested too deeply")));
}

TEST_F(ConfigFileTest, NamesAFileThatIsNotThere) {
  EXPECT_THAT([&] { ConfigFile::read(folder_.file("none.json")); },
              ThrowsError(ErrorKind::kData, HasSubstr("none.json cannot be read")));
}

}  // namespace
}  // namespace yardstick::cli
