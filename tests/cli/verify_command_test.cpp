#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace yardstick::test {
namespace {

namespace fs = std::filesystem;

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

// The first case of the family by name, copied so that a test may spoil it.
void copy_case(const std::string& family, const std::string& to) {
  std::vector<fs::path> cases;
  for (const auto& item : fs::directory_iterator(test::test_data("golden/") + family)) {
    if (fs::exists(item.path() / "case.json")) cases.push_back(item.path());
  }
  ASSERT_FALSE(cases.empty()) << family;
  std::sort(cases.begin(), cases.end());
  fs::copy(cases.front(), to, fs::copy_options::recursive);
}

TEST(VerifyCommandTest, PassesAShippedCase) {
  const TempDir folder;
  copy_case("vit", folder.file("case"));

  const Finished text = yardstick({"verify", folder.path()});
  EXPECT_THAT(text, Prints(AllOf(HasSubstr("of tolerance"), HasSubstr("1 of 1 cases pass"))));

  const Finished finished = yardstick({"verify", folder.path(), "--json"});
  ASSERT_EQ(finished.code, 0) << finished.err;
  const json report = json::parse(finished.out);
  EXPECT_TRUE(report["passed"].get<bool>());
  EXPECT_LE(report["cases"][0]["tensors"][0]["share_of_tolerance"].get<double>(), 1.0);
}

TEST(VerifyCommandTest, FailsASpoiltCaseAndGoesOn) {
  const TempDir folder;
  copy_case("vit", folder.file("a"));
  copy_case("vit", folder.file("b"));
  write_file(folder.file("a/weights.safetensors"), "broken");

  const Finished finished = yardstick({"verify", folder.path()});

  EXPECT_EQ(finished.code, 1);
  EXPECT_THAT(finished.out, AllOf(HasSubstr("FAIL  "), HasSubstr("weights.safetensors"),
                                  HasSubstr("1 of 2 cases pass")));
}

TEST(VerifyCommandTest, NothingFoundIsAUserError) {
  const TempDir folder;

  EXPECT_THAT(yardstick({"verify", folder.path()}), Fails(2, HasSubstr(folder.path())));
  EXPECT_THAT(yardstick({"verify", folder.file("none")}), Fails(2, HasSubstr("none")));
}

}  // namespace
}  // namespace yardstick::test
