#include "metrics/classification/classification_metric.h"
#include "tests/support/project_paths.h"

#include <yardstick/tensor_file.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace yardstick {
namespace {

class ClassificationGoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(ClassificationGoldenTest, EqualsTheReference) {
  const std::string folder = test::test_data("golden/classification/") + GetParam();
  const TensorMap data = read_safetensors(folder + "/data.safetensors").tensors;
  std::ifstream file(folder + "/expected.json");
  const auto expected = nlohmann::json::parse(file);
  ClassificationMetric metric;

  metric.update({.logits = data.at("logits"), .features = {}},
                {.input = {}, .targets = data.at("targets"), .indices = {}});

  std::map<std::string, double> found;
  for (const Measurement& measurement : metric.compute())
    found[measurement.tag] = measurement.value;
  const double samples = expected.at("samples");
  EXPECT_EQ(found["accuracy/top1"], expected.at("correct_top1").get<double>() / samples);
  EXPECT_EQ(found["accuracy/top5"], expected.at("correct_top5").get<double>() / samples);
  EXPECT_EQ(metric.outcomes()->prediction,
            expected.at("predictions").get<std::vector<std::int32_t>>());
  EXPECT_NEAR(found["accuracy/mean_per_class"], expected.at("mean_per_class_accuracy"), 1e-9);
  EXPECT_NEAR(found["loss/nll"], expected.at("nll"), 1e-9);
  EXPECT_NEAR(found["calibration/ece15"], expected.at("ece_15"), 1e-9);
  EXPECT_NEAR(found["calibration/mce15"], expected.at("mce_15"), 1e-9);
  EXPECT_NEAR(found["calibration/rmsce15"], expected.at("rmsce_15"), 1e-9);
  EXPECT_NEAR(found["calibration/brier"], expected.at("brier"), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Cases, ClassificationGoldenTest,
                         testing::Values("basic", "extreme", "many_classes_real", "quantised",
                                         "three_classes", "ties"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace yardstick
