#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace yardstick::test {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

std::string fixture(const std::string& name) { return built("tests/cli/fixtures/" + name + ".so"); }

TEST(PluginOptionTest, WorksBeforeAndAfterTheCommand) {
  EXPECT_THAT(yardstick({"--plugin", fixture("sound"), "list", "models", "sound*"}),
              Prints(HasSubstr("sound_32")));
  EXPECT_THAT(yardstick({"list", "models", "sound*", "--plugin", fixture("sound")}),
              Prints(HasSubstr("sound_32")));
  EXPECT_THAT(yardstick({"list", "models", "sound*"}), Fails(2, HasSubstr("sound*")));
}

TEST(PluginOptionTest, TakesFoldersFromTheEnvironment) {
  const TempDir folder;
  std::filesystem::create_symlink(fixture("sound"), folder.file("sound.so"));

  EXPECT_THAT(yardstick({"show", "sound_32", "--json"},
                        {.environment = {{"YARDSTICK_PLUGIN_PATH", folder.path()}}}),
              Prints(HasSubstr(folder.file("sound.so"))));
}

TEST(PluginOptionTest, NamesBothOriginsOfADuplicate) {
  EXPECT_THAT(yardstick({"--plugin", fixture("sound"), "--plugin", fixture("sound"), "list"}),
              Fails(2, AllOf(HasSubstr("sound_32"), HasSubstr("two models"))));
}

TEST(PluginOptionTest, RefusesWhatIsNoFittingPlugin) {
  const TempDir folder;
  write_file(folder.file("text.so"), "not a library");

  EXPECT_THAT(yardstick({"--plugin", folder.file("none.so"), "list"}),
              Fails(2, HasSubstr("none.so: there is no such file")));
  EXPECT_THAT(yardstick({"--plugin", folder.file("text.so"), "list"}),
              Fails(2, HasSubstr("text.so: cannot be loaded")));
  EXPECT_THAT(yardstick({"--plugin", fixture("no_entry"), "list"}),
              Fails(2, HasSubstr("no Yardstick plug-in")));
  EXPECT_THAT(yardstick({"--plugin", fixture("other_abi"), "list"}),
              Fails(2, HasSubstr("built for plug-in ABI 4711")));
  EXPECT_THAT(yardstick({"--plugin"}), Fails(2, HasSubstr("--plugin needs a file")));
}

// "sound" is what `plugin new` writes.
TEST(PluginCheckTest, PassesASoundPlugin) {
  const Finished finished = yardstick({"plugin", "check", fixture("sound"), "--json"});

  ASSERT_EQ(finished.code, 0) << finished.out << finished.err;
  const json report = json::parse(finished.out);
  EXPECT_EQ(report["name"], "sound");
  EXPECT_EQ(report["registers"]["models"], json({"sound_32"}));
  EXPECT_TRUE(report["passed"].get<bool>());
  EXPECT_GE(report["models"][0]["checks"].size(), 6u);
}

TEST(PluginCheckTest, FailsAModelThatBreaksTheRules) {
  const Finished finished = yardstick({"plugin", "check", fixture("unsound")});

  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("FAIL  unsound_8"), HasSubstr("gradients")));
}

TEST(PluginCheckTest, LoadFailureIsAUserError) {
  EXPECT_THAT(yardstick({"plugin", "check", fixture("other_abi")}), Fails(2, HasSubstr("ABI")));
}

TEST(PluginNewTest, WritesAProject) {
  const TempDir folder;

  EXPECT_THAT(yardstick({"plugin", "new", "my_net", "--dir", folder.path(), "--quiet"}),
              Prints(AllOf(HasSubstr("my_net/CMakeLists.txt"), HasSubstr("my_net/my_net.cpp"),
                           HasSubstr("my_net/README.md"))));
  EXPECT_THAT(read_file(folder.file("my_net/my_net.cpp")),
              AllOf(HasSubstr("class MyNetImpl"), HasSubstr("\"my_net_32\"")));
  EXPECT_THAT(yardstick({"plugin", "new", "my_net", "--dir", folder.path()}),
              Fails(2, HasSubstr("exists already")));
  EXPECT_THAT(yardstick({"plugin", "new", "../evil"}), Fails(2, HasSubstr("small letters")));
}

}  // namespace
}  // namespace yardstick::test
