#include "cli/suite.h"

#include "models/builtin_models.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace yardstick::cli {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SuiteTest : public testing::Test {
 protected:
  SuiteTest() { register_builtin_models(registrar_); }

  Suite read(const std::string& text) {
    test::write_file(path_, text);
    return read_suite(path_, registrar_);
  }

  std::vector<std::string> labels(const std::string& text) {
    std::vector<std::string> labels;
    for (const SuiteCell& cell : read(text).cells) labels.push_back(cell.label);
    return labels;
  }

  void expect_refused(const std::string& text, const std::string& place, const std::string& what) {
    EXPECT_THAT(
        [&] { read(text); },
        ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("suite.json" + place), HasSubstr(what))))
        << text;
  }

  test::TempDir folder_;
  std::string path_ = folder_.file("suite.json");
  Registrar registrar_;
};

TEST_F(SuiteTest, ExpandsEveryCombinationOnce) {
  EXPECT_THAT(
      labels(R"({"models": ["vit_test", "hiera_test", "vit_test"], "batches": "1-4*2",
                         "precisions": ["fp32", "bf16"], "exclude": ["hiera_test"]})"),
      ElementsAre("vit_test, batch 1", "vit_test, batch 2", "vit_test, batch 4",
                  "vit_test --precision bf16, batch 1", "vit_test --precision bf16, batch 2",
                  "vit_test --precision bf16, batch 4"));
}

TEST_F(SuiteTest, WordsSayWhatEachCellIs) {
  const Suite suite = read(R"({
    // One cell.
    "models": "vit_test", "methods": "linear_probe", "resolutions": [64], "set": {"classes": 7},
    "batches": 8, "protocol": "test", "processes": 3, "order_seed": 5,
    "device": "cpu", "memory_limit": 2, "training": true})");

  ASSERT_EQ(suite.cells.size(), 1u);
  EXPECT_THAT(suite.cells[0].side.words, ElementsAre("vit_test", "--method", "linear_probe",
                                                     "--set", "classes=7", "--set", "img_size=64"));
  EXPECT_EQ(suite.cells[0].batch, 8);
  EXPECT_THAT(suite.common, ElementsAre("--device=cpu", "--memory-limit=2", "--training=true"));
  EXPECT_EQ(suite.name, "suite");
  EXPECT_EQ(suite.protocol, "test");
  EXPECT_EQ(suite.processes, 3);
  EXPECT_EQ(suite.order_seed, 5u);
}

TEST_F(SuiteTest, GlobsMeetNoTestVariantsUnlessAsked) {
  EXPECT_THAT(labels(R"({"models": "vit_*_patch16_224"})"),
              ElementsAre("vit_base_patch16_224, batch 1", "vit_large_patch16_224, batch 1",
                          "vit_small_patch16_224, batch 1", "vit_tiny_patch16_224, batch 1"));
  EXPECT_THAT(labels(R"({"models": "vit*"})"), Not(Contains("vit_test, batch 1")));
  EXPECT_THAT(labels(R"({"models": "vit*test"})"), Contains("vit_test, batch 1"));
}

TEST_F(SuiteTest, ExcludesWhatAllAxesOfARuleHoldAndIncludesOnTop) {
  EXPECT_THAT(labels(R"({"models": ["vit_test", "hiera_test"], "batches": [1, 8],
                         "exclude": [{"models": "hiera*test", "batches": 8}],
                         "include": [{"models": "hiera_test", "batches": 4},
                                     {"models": "vit_test"}]})"),
              ElementsAre("vit_test, batch 1", "vit_test, batch 8", "hiera_test, batch 1",
                          "hiera_test, batch 4"));
}

TEST_F(SuiteTest, SidesAreMeasuredAtEveryBatch) {
  EXPECT_THAT(
      labels(R"({"sides": ["vit_test --set 'classes=3'", "vit_test --set 'classes=3'"],
                         "batches": [1, 2]})"),
      ElementsAre("vit_test --set 'classes=3', batch 1", "vit_test --set 'classes=3', batch 2"));
}

TEST_F(SuiteTest, MethodsAreAloneOrAChain) {
  EXPECT_THAT(labels(R"({"models": "vit_test",
                         "methods": ["none", "linear_probe", ["linear_probe", "linear_probe"]]})"),
              ElementsAre("vit_test, batch 1", "vit_test --method linear_probe, batch 1",
                          "vit_test --method linear_probe --method linear_probe, batch 1"));
}

TEST_F(SuiteTest, RefusesWhatItDoesNotKnowWithPlaceAndNearest) {
  expect_refused("{\n  \"models\": \"vit_test\",\n  \"batchs\": 1}", ":3:3", "batches");
  expect_refused("{\n  \"models\": \"vit_tst\"}", ":2:3", "vit_test");
  expect_refused(R"({"models": "no*such"})", ":1:2", "no*such");
  expect_refused(R"({"models": "vit_test", "methods": "linear_prob"})", ":1:24", "linear_probe");
  expect_refused(R"({"models": "vit_test", "precisions": "fp31"})", ":1:24", "fp32");
  expect_refused(R"({"models": "vit_test", "protocol": "smok"})", ":1:24", "smok");
  expect_refused(R"({"models": "vit_test", "threads": -1})", ":1:24", "threads");
  expect_refused(R"({"models": "vit_test", "set": {"clases": 1}})", ":1:32", "classes");
  expect_refused(R"({"models": "vit_test", "exclude": [{"batch": 1}]})", ":1:37", "batches");
  expect_refused(R"({"models": "vit_test", "sides": ["vit_tset"]})", ":1:24", "vit_test");
  expect_refused(R"({"models": "vit_test", "sides": ["vit_test --batch 2"]})", ":1:24", "--batch");
}

TEST_F(SuiteTest, RefusesWhatCannotBeMeant) {
  expect_refused(R"({"about": "nothing"})", "", "no cells");
  expect_refused(R"({"models": "vit_test", "exclude": [{"batches": 2}]})", ":1:24",
                 "leaves nothing out");
  expect_refused(R"({"models": "vit_test", "include": [{"batches": 2}, 3]})", ":1:24", "objects");
  expect_refused(R"({"models": "vit_test", "resolutions": "large"})", ":1:24", "pixels");
  expect_refused(R"({"models": "vit_test", "resolutions": 0})", "", "img_size");
  expect_refused(R"({"models": "vit_test", "resolutions": 64, "set": {"img_size": 32}})", "",
                 "img_size");
}

TEST_F(SuiteTest, ReadsTheSuitesThatShip) {
  for (const char* name : {"smoke", "nightly", "nightly_cpu"}) {
    const std::string path = test::test_data("../configs/suites/") + name + ".json";
    EXPECT_GT(read_suite(path, registrar_).cells.size(), 3u) << name;
  }
}

}  // namespace
}  // namespace yardstick::cli
