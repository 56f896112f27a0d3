#include "cli/command.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace yardstick::test {
namespace {

TEST(ManualTest, IsWhatTheOptionTablesSay) {
  const std::string written = read_file(test::source_path("docs/cli.md"));

  EXPECT_EQ(yardstick({"help", "--markdown"}).out, written)
      << "write it anew: yardstick help --markdown > docs/cli.md";
}

TEST(ManualTest, EveryCommandHasExamplesAndHelp) {
  for (const cli::Command& command : cli::all_commands()) {
    EXPECT_GE(command.examples.size(), 2u) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    for (const cli::OptionGroup& group : command.groups) {
      for (const cli::Option& option : group.options) {
        EXPECT_FALSE(option.help.empty()) << command.name << " --" << option.name;
      }
    }
  }
}

}  // namespace
}  // namespace yardstick::test
