// Pre-training, what is made of its weights, and distillation, through the real binary.

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
using testing::Not;

class PretrainingCommandsTest : public testing::Test {
 protected:
  Finished run(const std::vector<std::string>& arguments) {
    return yardstick(arguments, {.folder = folder_.path()});
  }

  // One epoch of 64 digits into `output`.
  std::vector<std::string> train(const std::string& model, const std::string& output,
                                 const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {
        "train",    model,  "--task",          "digits", "--limit", "64",     "--epochs", "1",
        "--output", output, "--warmup-epochs", "0.5",    "--json",  "--flip", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  void pretrain() {
    const Finished finished =
        run(train("mae_test", "pre", {"--objective", "masked_autoencoding:mask_ratio=0.5"}));
    ASSERT_EQ(finished.code, 0) << finished.err;
    record_ = json::parse(finished.out)["runs"][0];
  }

  TempDir folder_;
  json record_;
};

std::vector<std::string> tags_of(const json& record) {
  std::vector<std::string> tags;
  for (const json& measurement : record["measurements"]) tags.push_back(measurement["tag"]);
  return tags;
}

TEST_F(PretrainingCommandsTest, RecordsTheObjectiveAndItsLoss) {
  pretrain();

  EXPECT_THAT(tags_of(record_),
              AllOf(testing::Contains("val/loss"), Not(testing::Contains("accuracy/top1"))));
  EXPECT_EQ(record_["effective"]["objective"]["value"], "masked_autoencoding");
  EXPECT_EQ(record_["effective"]["objective.mask_ratio"]["value"], 0.5);
}

TEST_F(PretrainingCommandsTest, NeedsNoLabels) {
  const std::string digit = read_file(test::test_data("cli/data/digit.jpg"));
  std::filesystem::create_directory(folder_.file("photos"));
  for (int i = 0; i < 16; ++i) {
    write_file(folder_.file("photos/" + std::to_string(i) + ".jpg"), digit);
  }
  const std::vector<std::string> words = {"train",        "mae_test", "--task",          "images",
                                          "--data",       "photos",   "--epochs",        "1",
                                          "--batch-size", "8",        "--warmup-epochs", "0"};
  std::vector<std::string> masked = words;
  masked.insert(masked.end(), {"--objective", "masked_autoencoding"});

  EXPECT_THAT(run(masked), Prints(HasSubstr("val/loss")));
  EXPECT_THAT(run(words), Fails(2, HasSubstr("task images has no targets to learn")));
}

TEST_F(PretrainingCommandsTest, ItsWeightsGoIntoAClassifierThatIsNamed) {
  pretrain();

  EXPECT_THAT(run(train("vit_test", "fine", {"--weights", "pre/model.safetensors"})),
              Fails(3, AllOf(HasSubstr("the weights are of mae_test, not of vit_test"),
                             HasSubstr("--reset-head"))));
  const Finished finished =
      run(train("vit_test", "fine",
                {"--weights", "pre/model.safetensors", "--reset-head", "--layer-decay", "0.75",
                 "--group-rule", "mae", "--ema-decay", "0.9", "--samples-per-class", "4",
                 "--batch-size", "8"}));

  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("tensors of mae_test go into vit_test"));
  const json record = json::parse(finished.out)["runs"][0];
  EXPECT_THAT(tags_of(record), testing::Contains("accuracy/top1"));
  EXPECT_EQ(record["effective"]["weights_of"],
            (json{{"value", "mae_test"}, {"origin", "weights file"}}));
  EXPECT_THAT(record["flags"].dump(), HasSubstr("samples_per_class=4"));
}

TEST_F(PretrainingCommandsTest, LinearProbingTrainsOnlyTheProbe) {
  pretrain();

  const Finished finished =
      run(train("vit_test", "probe",
                {"--weights", "pre/model.safetensors", "--reset-head", "--method", "linear_probe",
                 "--optimizer", "lars", "--base-lr", "0.1", "--weight-decay", "0", "--batch-size",
                 "16", "--objective", "supervised:label_smoothing=0"}));

  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(json::parse(finished.out)["runs"][0]["status"], "ok");
}

TEST_F(PretrainingCommandsTest, NearestNeighboursScoreTheFeatures) {
  pretrain();

  const Finished finished = run({"eval", "vit_test", "--weights", "pre/model.safetensors",
                                 "--reset-head", "--protocol", "knn", "--limit", "100", "--json"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_THAT(tags_of(json::parse(finished.out)["runs"][0]),
              testing::Contains("accuracy/knn_top1"));
}

TEST_F(PretrainingCommandsTest, DistillsFromAFileThatNamesItsModel) {
  const Finished teacher = run(train("vit_test", "teacher"));
  ASSERT_EQ(teacher.code, 0) << teacher.err;

  const Finished finished = run(
      train("vit_test", "student",
            {"--objective", "distillation:teacher_weights=teacher/model.safetensors,kind=hard"}));

  ASSERT_EQ(finished.code, 0) << finished.err;
  const auto provenance_of = [](const Finished& run) {
    return json::parse(run.out)["runs"][0]["provenance"];
  };
  EXPECT_EQ(provenance_of(finished)["teacher_sha256"], provenance_of(teacher)["checkpoint_sha256"]);
  EXPECT_THAT(run(train("vit_test", "other", {"--objective", "distillation"})),
              Fails(2, HasSubstr("distillation has no teacher")));
}

}  // namespace
}  // namespace yardstick::test
