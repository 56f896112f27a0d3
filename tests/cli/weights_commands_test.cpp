// weights inspect, check and convert, and --weights with files of every format, through the real
// binary.

#include "cli/weights_file.h"
#include "models/builtin_models.h"
#include "tests/cli/finished_matchers.h"
#include "tests/cli/process.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <yardstick/checkpoint.h>
#include <yardstick/registry.h>
#include <yardstick/sha256.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace yardstick::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

TensorMap vit_state() {
  Registrar registrar;
  register_builtin_models(registrar);
  const ModelEntry& entry = registrar.models.get("vit_test");
  const auto model = entry.build(Params(entry.schema));
  TensorMap state;
  for (const auto& [name, tensor] : state_of(model->module())) {
    state.emplace(name, tensor.detach().clone());
  }
  return state;
}

class WeightsCommandsTest : public testing::Test {
 protected:
  Finished run(std::vector<std::string> arguments,
               std::map<std::string, std::string> environment = {}) {
    return yardstick(arguments, {.folder = folder_.path(), .environment = std::move(environment)});
  }
  std::string file(const std::string& name) const { return folder_.file(name); }

  TempDir folder_;
};

TEST_F(WeightsCommandsTest, InspectShowsWhatAFileHolds) {
  write_safetensors(file("a.safetensors"),
                    {{"blocks.0.w", at::ones({2, 3})}, {"head.b", at::ones({5}, at::kHalf)}},
                    {{"note", "\x1b[31mred"}});

  const Finished text = run({"weights", "inspect", "a.safetensors"});
  EXPECT_THAT(text, Prints(AllOf(HasSubstr("safetensors"), HasSubstr("2 x 3"), HasSubstr("float16"),
                                 Not(HasSubstr("\x1b")))));

  const Finished finished =
      run({"weights", "inspect", "a.safetensors", "--keys", "blocks.*", "--sha256", "--json"});
  ASSERT_EQ(finished.code, 0) << finished.err;
  const json report = json::parse(finished.out);
  EXPECT_EQ(report["format"], "safetensors");
  EXPECT_EQ(report["totals"], (json{{"tensors", 1}, {"elements", 6}, {"bytes", 24}}));
  EXPECT_EQ(report["tensors"][0]["shape"], (json{2, 3}));
  EXPECT_EQ(report["sha256"], sha256_of_file(file("a.safetensors")));
  EXPECT_EQ(report["metadata"]["note"], "\x1b[31mred");
}

TEST_F(WeightsCommandsTest, InspectRefusesBrokenFilesInOneLine) {
  write_safetensors(file("a.safetensors"), {{"w", at::ones({100})}});
  const std::string whole = read_file(file("a.safetensors"));
  write_file(file("half.safetensors"), whole.substr(0, whole.size() / 2));
  write_file(file("page.pth"), "<!DOCTYPE html><html></html>");

  EXPECT_THAT(run({"weights", "inspect", "half.safetensors"}), Fails(3, HasSubstr("truncated")));
  EXPECT_THAT(run({"weights", "inspect", "page.pth"}), Fails(3, HasSubstr("web page")));
  EXPECT_THAT(run({"weights", "inspect", "none.pth"}), Fails(3, HasSubstr("none.pth")));
  EXPECT_THAT(run({"weights", "inspect", "."}), Fails(3, HasSubstr("is not a file")));
}

TEST_F(WeightsCommandsTest, CheckTellsWhatBecomesOfEachTensor) {
  TensorMap state = vit_state();
  const std::size_t count = state.size();
  TensorMap wrapped;
  for (const auto& [name, tensor] : state) wrapped["module." + name] = tensor;
  write_safetensors(file("whole.safetensors"), state);
  write_safetensors(file("wrapped.safetensors"), wrapped);
  state.erase("head.weight");
  state["extra\x1b"] = at::ones({1});
  write_safetensors(file("wrong.safetensors"), state);

  const Finished whole =
      run({"weights", "check", "whole.safetensors", "--model", "vit_test", "--json"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(json::parse(whole.out)["matched"].size(), count);
  EXPECT_EQ(run({"weights", "check", "whole.safetensors", "--model", "vit_test", "--copy"}).code,
            0);
  EXPECT_GT(json::parse(whole.out)["seconds"]["ready"], 0.0);

  const Finished renamed =
      run({"weights", "check", "wrapped.safetensors", "--model", "vit_test", "--json"});
  ASSERT_EQ(renamed.code, 0) << renamed.err;
  EXPECT_EQ(json::parse(renamed.out)["renamed"].size(), count);

  const Finished wrong = run({"weights", "check", "wrong.safetensors", "--model", "vit_test"});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.out, AllOf(HasSubstr("NOT complete"), HasSubstr("missing 1\n  head.weight"),
                               HasSubstr("unexpected 1\n  extra\\x1b")));
}

TEST_F(WeightsCommandsTest, CheckResetsAHeadOnlyWhenAsked) {
  write_safetensors(file("w.safetensors"), vit_state());
  const std::vector<std::string> words = {"weights",  "check",  "w.safetensors", "--model",
                                          "vit_test", "--json", "--set",         "classes=7"};
  std::vector<std::string> reset = words;
  reset.push_back("--reset-head");

  EXPECT_THAT(run(words), Fails(3, AllOf(HasSubstr("w.safetensors"), HasSubstr("7"))));
  const Finished finished = run(reset);
  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(json::parse(finished.out)["reset"], (json{"head.bias", "head.weight"}));
}

TEST_F(WeightsCommandsTest, CheckNeedsAModel) {
  write_safetensors(file("w.safetensors"), vit_state());

  EXPECT_THAT(run({"weights", "check", "w.safetensors"}), Fails(2, HasSubstr("--model")));
  EXPECT_THAT(run({"weights", "check", "w.safetensors", "--model", "vit_tset"}),
              Fails(2, HasSubstr("vit_test")));
}

TEST_F(WeightsCommandsTest, CheckReadsAnIndexOfShards) {
  TensorMap first = vit_state();
  TensorMap second;
  second.insert(first.extract("head.weight"));
  write_safetensors(file("m-1.safetensors"), first);
  write_safetensors(file("m-2.safetensors"), second);
  json map;
  for (const auto& [name, tensor] : first) map[name] = "m-1.safetensors";
  map["head.weight"] = "m-2.safetensors";
  write_file(file("m.safetensors.index.json"), json{{"weight_map", map}}.dump());

  const Finished finished =
      run({"weights", "check", "m.safetensors.index.json", "--model", "vit_test", "--json"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  EXPECT_EQ(json::parse(finished.out)["matched"].size(), first.size() + 1);
}

TEST_F(WeightsCommandsTest, ConvertKeepsEveryValue) {
  const TensorMap state = vit_state();
  write_safetensors(file("a.safetensors"), state, {{"note", "kept"}});

  ASSERT_EQ(run({"weights", "convert", "a.safetensors", "b.pth"}).code, 0);
  ASSERT_EQ(run({"weights", "convert", "b.pth", "c.safetensors"}).code, 0);

  const TensorMap back = read_safetensors(file("c.safetensors")).tensors;
  ASSERT_EQ(back.size(), state.size());
  for (const auto& [name, tensor] : state) EXPECT_TRUE(at::equal(back.at(name), tensor)) << name;
}

TEST_F(WeightsCommandsTest, ConvertSelectsStripsAndCasts) {
  write_safetensors(file("a.safetensors"), {{"module.w", at::ones({3})},
                                            {"module.n", at::ones({1}, at::kLong)},
                                            {"other.w", at::ones({1})}});

  ASSERT_EQ(run({"weights", "convert", "a.safetensors", "b.safetensors", "--keys", "module.*",
                 "--strip", "module.", "--dtype", "bf16"})
                .code,
            0);

  const TensorMap tensors = read_safetensors(file("b.safetensors")).tensors;
  EXPECT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors.at("w").scalar_type(), at::kBFloat16);
  EXPECT_EQ(tensors.at("n").scalar_type(), at::kLong);
}

TEST_F(WeightsCommandsTest, ConvertOverwritesOnlyByForce) {
  write_safetensors(file("a.safetensors"), {{"x.w", at::ones({3})}, {"w", at::ones({3})}});
  write_file(file("b.safetensors"), "precious");

  EXPECT_THAT(run({"weights", "convert", "a.safetensors", "b.safetensors"}),
              Fails(2, HasSubstr("--force")));
  EXPECT_EQ(read_file(file("b.safetensors")), "precious");
  EXPECT_EQ(run({"weights", "convert", "a.safetensors", "b.safetensors", "--force"}).code, 0);
  EXPECT_THAT(run({"weights", "convert", "a.safetensors", "c.bin"}), Fails(2, HasSubstr("c.bin")));
  EXPECT_THAT(run({"weights", "convert", "a.safetensors", "c.pth", "--dtype", "fp8"}),
              Fails(2, HasSubstr("fp8")));
  EXPECT_THAT(run({"weights", "convert", "a.safetensors", "c.pth", "--keys", "none"}),
              Fails(2, HasSubstr("none")));
  EXPECT_THAT(run({"weights", "convert", "a.safetensors", "c.pth", "--strip", "x."}),
              Fails(2, HasSubstr("two tensors w")));
}

// A catalogue of one tag, whose file has `sha256`.
class TaggedWeightsTest : public WeightsCommandsTest {
 protected:
  void SetUp() override {
    write_safetensors(file("w.safetensors"), vit_state());
    fs::create_directories(file("share/configs/models"));
    fs::create_symlink(fs::path(test::share_dir()) / "data", file("share/data"));
  }
  void publish(const std::string& sha256) {
    const json tag = {{"tag", "tagged"},
                      {"file_name", "w.safetensors"},
                      {"url", "https://example.org/w.safetensors"},
                      {"sha256", sha256},
                      {"licence", "MIT"},
                      {"classes", 10},
                      {"preprocessing",
                       {{"crop_px", 32},
                        {"crop_pct", 0.5},
                        {"interpolation", "bilinear"},
                        {"mean", {0.5, 0.5, 0.5}},
                        {"std", {0.25, 0.25, 0.25}}}},
                      {"published", ""}};
    write_file(file("share/configs/models/vit.json"),
               json{{"models", {{"vit_test", {tag}}}}}.dump());
  }
  Finished run_tagged(std::vector<std::string> arguments) {
    return run(std::move(arguments), {{"YARDSTICK_SHARE", file("share")}});
  }
};

TEST_F(TaggedWeightsTest, EvalUsesThePreprocessingOfTheTag) {
  publish("");

  const Finished finished = run_tagged({"eval", "vit_test.tagged", "--weights", "w.safetensors",
                                        "--task", "digits", "--dry-run", "--json"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  const json spec = json::parse(finished.out)["spec"];
  EXPECT_EQ(spec["preprocessing"]["origin"], "weights tag");
  EXPECT_EQ(spec["preprocessing"]["value"]["crop_pct"], 0.5);
  EXPECT_EQ(spec["preprocessing"]["value"]["interpolation"], "bilinear");
}

TEST_F(TaggedWeightsTest, HoldsTheFileToThePublishedHash) {
  const std::vector<std::string> eval = {"eval",   "vit_test.tagged", "--weights", "w.safetensors",
                                         "--task", "digits",          "--dry-run"};
  const std::vector<std::string> check = {"weights", "check", "w.safetensors", "--model",
                                          "vit_test.tagged"};
  publish(sha256_of_file(file("w.safetensors")));
  EXPECT_EQ(run_tagged(eval).code, 0);
  EXPECT_EQ(run_tagged(check).code, 0) << run_tagged(check).err;

  publish(std::string(64, '0'));
  EXPECT_THAT(run_tagged(eval), Fails(3, AllOf(HasSubstr("SHA-256"), HasSubstr("example.org"))));
  EXPECT_THAT(run_tagged(check), Fails(3, HasSubstr("SHA-256")));
}

// Whole checkpoints by the Python that LibTorch came with.
class PythonCheckpointsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string python = YARDSTICK_PYTHON;
    if (python.empty()) return;
    folder_ = new TempDir;
    state_ = vit_state();
    write_torch_checkpoint(file("state.pth"), state_);
    written_ = shell(python + " " + test::test_data("cli/wrap_checkpoint.py ") + file("state.pth") +
                     " " + folder_->path());
  }
  static void TearDownTestSuite() {
    delete folder_;
    state_.clear();
  }
  void SetUp() override {
    if (folder_ == nullptr) GTEST_SKIP() << "no Python with PyTorch beside LibTorch";
    ASSERT_EQ(written_.code, 0) << written_.err;
    ASSERT_EQ(written_.out, concat(state_.size(), "\n"));
  }
  static std::string file(const std::string& name) { return folder_->file(name); }
  static Finished run(std::vector<std::string> arguments) {
    return yardstick(arguments, {.folder = folder_->path()});
  }

  static TempDir* folder_;
  static TensorMap state_;
  static Finished written_;
};

TempDir* PythonCheckpointsTest::folder_ = nullptr;
TensorMap PythonCheckpointsTest::state_;
Finished PythonCheckpointsTest::written_;

TEST_F(PythonCheckpointsTest, LoadWithEveryKeyMatched) {
  for (const char* name : {"zip.pth", "legacy.pth"}) {
    const Finished finished = run({"weights", "check", name, "--model", "vit_test", "--json"});
    ASSERT_EQ(finished.code, 0) << name << finished.err;
    const json report = json::parse(finished.out);
    EXPECT_EQ(report["matched"].size(), state_.size()) << name;
    EXPECT_EQ(report["taken_from"], "model") << name;
    EXPECT_EQ(report["left_out"], json{"optimizer"}) << name;

    const TensorMap tensors = cli::open_weights_file(file(name), "").tensors();
    for (const auto& [key, tensor] : state_) EXPECT_TRUE(at::equal(tensors.at(key), tensor)) << key;
  }
}

TEST_F(PythonCheckpointsTest, LoadUnderTheWrappersOfTrainingScripts) {
  const Finished wrapped =
      run({"weights", "check", "wrapped.pth", "--model", "vit_test", "--json"});
  ASSERT_EQ(wrapped.code, 0) << wrapped.err;
  EXPECT_EQ(json::parse(wrapped.out)["renamed"].size(), state_.size());

  EXPECT_THAT(run({"weights", "check", "ema.pth", "--model", "vit_test"}),
              Fails(2, AllOf(HasSubstr("model_ema"), HasSubstr("--weights-key"))));
  EXPECT_EQ(
      run({"weights", "check", "ema.pth", "--model", "vit_test", "--weights-key", "model_ema"})
          .code,
      0);
  const TensorMap average = cli::open_weights_file(file("ema.pth"), "model_ema").tensors();
  EXPECT_TRUE(at::equal(average.at("head.weight"), state_.at("head.weight") + 1));
}

TEST_F(PythonCheckpointsTest, ShowTheirTrainingArguments) {
  const Finished finished = run({"weights", "inspect", "legacy.pth", "--json"});

  ASSERT_EQ(finished.code, 0) << finished.err;
  const json report = json::parse(finished.out);
  EXPECT_EQ(report["metadata"]["args"]["model"], "vit_test");
  EXPECT_EQ(report["metadata"]["epoch"], 3);
  EXPECT_EQ(report["metadata"]["scaler"]["scale"], 65536.0);
  EXPECT_EQ(report["parts"]["model"]["tensors"], state_.size());
}

TEST_F(PythonCheckpointsTest, EvaluateLikeTheFlatFile) {
  const auto accuracy = [&](const std::string& name) -> json {
    const Finished finished =
        run({"eval", "vit_test", "--task", "digits", "--limit", "50", "--json", "--weights", name});
    EXPECT_EQ(finished.code, 0) << finished.err;
    const json report = json::parse(finished.out);
    for (const json& measurement : report["runs"][0]["measurements"]) {
      if (measurement["tag"] == "accuracy/top1") return measurement["value"];
    }
    return nullptr;
  };

  EXPECT_FALSE(accuracy("zip.pth").is_null());
  EXPECT_EQ(accuracy("zip.pth"), accuracy("state.pth"));
}

}  // namespace
}  // namespace yardstick::test
