#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/plugin_loader.h>

#include <gmock/gmock.h>

#include <string>

namespace yardstick {
namespace {

using test::TempDir;
using test::ThrowsError;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

auto loading(const std::string& path, Registrar& registrar) {
  return [path, &registrar] { load_plugin(path, registrar); };
}

std::string fixture(const std::string& name) {
  return test::built("tests/registry/fixtures/" + name + ".so");
}

TEST(LoadPluginTest, RegistersWithTheFileAsOrigin) {
  Registrar registrar;

  const LoadedPlugin plugin = load_plugin(fixture("fixture_good"), registrar);

  EXPECT_EQ(plugin.name, "good");
  EXPECT_EQ(registrar.metrics.get("from_plugin").origin, fixture("fixture_good"));
  EXPECT_EQ(registrar.origin, "built-in");
}

TEST(LoadPluginTest, RefusesASecondCopyNamingBoth) {
  Registrar registrar;
  load_plugin(fixture("fixture_good"), registrar);

  EXPECT_THAT(
      loading(fixture("fixture_good"), registrar),
      ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("from_plugin"), HasSubstr("fixture_good"))));
}

TEST(LoadPluginTest, SaysWhichVersionDoesNotFit) {
  Registrar registrar;

  EXPECT_THAT(loading(fixture("fixture_other_abi"), registrar),
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("ABI 4711"), HasSubstr("rebuild"))));
  EXPECT_THAT(loading(fixture("fixture_other_size"), registrar),
              ThrowsError(ErrorKind::kUser, HasSubstr("descriptor has 8 bytes")));
  EXPECT_THAT(loading(fixture("fixture_other_torch"), registrar),
              ThrowsError(ErrorKind::kUser, HasSubstr("built for LibTorch 1.13.0, this is 2.")));
}

TEST(LoadPluginTest, KeepsNothingOfAPluginThatThrows) {
  Registrar registrar;

  EXPECT_THAT(loading(fixture("fixture_throws"), registrar),
              ThrowsError(ErrorKind::kUser,
                          AllOf(HasSubstr("fixture_throws"), HasSubstr("no luck today"))));

  EXPECT_THAT(registrar.metrics.names(), IsEmpty());
}

TEST(LoadPluginTest, RefusesWhatIsNoPlugin) {
  const TempDir dir;
  write_file(dir.file("text.so"), "not a library");
  Registrar registrar;

  EXPECT_THAT(loading(dir.file("absent.so"), registrar),
              ThrowsError(ErrorKind::kUser, HasSubstr("no such file")));
  EXPECT_THAT(loading(dir.file("text.so"), registrar),
              ThrowsError(ErrorKind::kUser, HasSubstr("cannot be loaded")));
  EXPECT_THAT(loading(fixture("fixture_no_entry"), registrar),
              ThrowsError(ErrorKind::kUser, HasSubstr("no Yardstick plug-in")));
}

TEST(FindPluginsTest, ListsSharedLibrariesInOrder) {
  const TempDir dir;
  for (const char* name : {"b.so", "a.so", "notes.txt"}) write_file(dir.file(name), "");

  EXPECT_THAT(find_plugins(dir.path() + ":"), ElementsAre(EndsWith("/a.so"), EndsWith("/b.so")));
  EXPECT_THAT([&] { find_plugins(dir.file("absent")); },
              ThrowsError(ErrorKind::kUser, HasSubstr("YARDSTICK_PLUGIN_PATH")));
}

}  // namespace
}  // namespace yardstick
