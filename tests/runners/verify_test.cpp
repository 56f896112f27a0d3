#include "runners/verify.h"

#include "runners/module_access.h"
#include "runners/numerics.h"
#include "tests/runners/tiny_models.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Official names differ from ours in one place, as families' often do.
class RenamingModel final : public Model {
 public:
  explicit RenamingModel(std::unique_ptr<Model> inner) : inner_(std::move(inner)) {}
  const ModelInfo& info() const override { return inner_->info(); }
  torch::nn::Module& module() override { return inner_->module(); }
  ModelOutput forward(const Batch& batch, ActivationTap* tap) override {
    return inner_->forward(batch, tap);
  }
  LoadReport load_weights(const TensorMap& weights, const LoadOptions&) override {
    TensorMap renamed;
    for (const auto& [name, tensor] : weights) {
      renamed[name == "classifier.weight" ? "head.weight" : name] = tensor;
    }
    LoadReport report = load_state(module(), renamed);
    if (weights.contains("classifier.weight")) {
      report.renamed.emplace_back("classifier.weight", "head.weight");
    }
    return report;
  }

 private:
  std::unique_ptr<Model> inner_;
};

TensorMap compute_tiny(Model& model, const GoldenCase& golden) {
  Batch batch;
  batch.input = golden.inputs.at("image");
  TensorMap out;
  out["logits"] = model.forward(batch).logits;
  if (golden.inputs.contains("target")) {
    out["loss"] = at::cross_entropy_loss(out["logits"], golden.inputs.at("target"));
  }
  return out;
}

Registrar registrar_with_tiny() {
  Registrar registrar;
  GoldenFamily family;
  family.name = "tiny";
  family.build = [](const GoldenCase& golden) -> std::unique_ptr<Model> {
    if (golden.entry == "pretrain") throw_data("tiny does not implement the entry pretrain");
    const ModelEntry entry = test::tiny_entry();
    Params params(entry.schema);
    params.set("classes", golden.config.integer("num_classes"), ParamOrigin::kConfigFile, "case");
    return std::make_unique<RenamingModel>(entry.build(params));
  };
  family.compute = compute_tiny;
  registrar.add(std::move(family));
  return registrar;
}

// A case on disk that the tiny family passes; tests break it in one place.
class GoldenFolder {
 public:
  GoldenFolder() {
    seed_generators(c10::kCPU, 3);
    const auto model = test::make_tiny();
    set_mode(model->module(), ModuleMode::kEval);
    for (const auto& [name, tensor] : state_of(model->module())) {
      weights[name == "head.weight" ? "classifier.weight" : name] = tensor.detach();
    }
    io["in.image"] = at::randn({2, 3, 8, 8});
    io["in.target"] = at::tensor({1, 3}, at::kLong);
    Batch batch;
    batch.input = io["in.image"];
    const at::Tensor logits = model->forward(batch).logits;
    const at::Tensor loss = at::cross_entropy_loss(logits, io["in.target"]);
    loss.backward();
    io["out.logits"] = logits.detach();
    io["out.loss"] = loss.detach();
    for (const NamedParameter& parameter : parameters_of(model->module())) {
      if (parameter.name == "head.weight") io["grad.classifier.weight"] = parameter.value.grad();
      if (parameter.name == "patch.weight") io["grad.patch.weight"] = parameter.value.grad();
    }
    description = {
        {"name", "sample"},
        {"family", "tiny"},
        {"constructor", "TinyNet"},
        {"config", {{"num_classes", 4}}},
        {"mode", "eval"},
        {"entry", "classify_loss"},
        {"inputs", {{"image", {{"shape", {2, 3, 8, 8}}}}, {"target", {{"shape", {2}}}}}},
        {"outputs",
         {{"logits", {{"shape", {2, 4}}, {"atol", 1e-5}, {"rtol", 1e-5}}},
          {"loss", {{"shape", json::array()}, {"atol", 1e-5}, {"rtol", 1e-5}}}}},
        {"gradients",
         {{"classifier.weight", {{"shape", {4, 64}}, {"atol", 1e-5}, {"rtol", 1e-4}}},
          {"patch.weight", {{"shape", {16, 3, 4, 4}}, {"atol", 1e-5}, {"rtol", 1e-4}}}}}};
  }

  CaseVerdict verify() {
    fs::create_directories(path());
    test::write_file(path() + "/case.json", description.dump());
    write_safetensors(path() + "/weights.safetensors", weights);
    write_safetensors(path() + "/io.safetensors", io);
    return verify_case(path(), registrar_with_tiny());
  }
  std::string path() const { return folder_.file("sample"); }

  json description;
  TensorMap weights;
  TensorMap io;

 private:
  test::TempDir folder_;
};

const TensorVerdict& tensor_named(const CaseVerdict& verdict, const std::string& name) {
  return *std::find_if(verdict.tensors.begin(), verdict.tensors.end(),
                       [&](const TensorVerdict& tensor) { return tensor.name == name; });
}

TEST(VerifyTest, PassesOutputsAndGradientsUnderTheirOfficialKeys) {
  GoldenFolder golden;

  const CaseVerdict verdict = golden.verify();

  EXPECT_TRUE(verdict.passed) << verdict.reason;
  EXPECT_EQ(verdict.name, "sample");
  EXPECT_EQ(verdict.family, "tiny");
  std::vector<std::string> names;
  for (const TensorVerdict& tensor : verdict.tensors) {
    EXPECT_LE(tensor.share_of_tolerance, 1) << tensor.name;
    names.push_back(tensor.name);
  }
  EXPECT_THAT(names,
              ElementsAre("grad.classifier.weight", "grad.patch.weight", "out.logits", "out.loss"));
}

TEST(VerifyTest, AnOutputThatIsOffFailsWithItsPlace) {
  GoldenFolder golden;
  golden.io["out.logits"] = golden.io["out.logits"].clone();
  golden.io["out.logits"][1][2] += 0.5;

  const CaseVerdict verdict = golden.verify();

  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.reason, "");
  EXPECT_EQ(tensor_named(verdict, "out.logits").worst_at, "[1, 2]");
  EXPECT_NEAR(tensor_named(verdict, "out.logits").max_abs, 0.5, 1e-4);
  EXPECT_TRUE(tensor_named(verdict, "out.loss").passed);
}

TEST(VerifyTest, AGradientThatIsOffFails) {
  GoldenFolder golden;
  golden.io["grad.patch.weight"] = golden.io["grad.patch.weight"] * 1.01;

  const CaseVerdict verdict = golden.verify();

  EXPECT_FALSE(verdict.passed);
  EXPECT_FALSE(tensor_named(verdict, "grad.patch.weight").passed);
  EXPECT_TRUE(tensor_named(verdict, "grad.classifier.weight").passed);
}

TEST(VerifyTest, AnArgumentThatNobodyReadFailsTheCase) {
  GoldenFolder golden;
  golden.description["config"]["qkv_bias"] = false;

  const CaseVerdict verdict = golden.verify();

  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.reason, HasSubstr("qkv_bias"));
}

TEST(VerifyTest, WeightsAreLoadedStrictly) {
  GoldenFolder golden;
  golden.weights.erase("norm.weight");
  EXPECT_THAT(golden.verify().reason, HasSubstr("norm.weight"));

  GoldenFolder other;
  other.weights["extra"] = at::randn({2});
  EXPECT_THAT(other.verify().reason, HasSubstr("extra"));
}

TEST(VerifyTest, AnExpectedOutputThatIsNotComputedFails) {
  GoldenFolder golden;
  golden.io["out.features"] = at::randn({2});
  golden.description["outputs"]["features"] = {{"shape", {2}}, {"atol", 1}, {"rtol", 1}};

  const CaseVerdict verdict = golden.verify();

  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(tensor_named(verdict, "out.features").reason, "not computed");
}

TEST(VerifyTest, AFamilyMayRefuseAnEntry) {
  GoldenFolder golden;
  golden.description["entry"] = "pretrain";

  EXPECT_EQ(golden.verify().reason, "tiny does not implement the entry pretrain");
}

TEST(VerifyTest, AnUnknownFamilyIsNamedWithTheNearest) {
  GoldenFolder golden;
  golden.description["family"] = "tinny";

  EXPECT_THAT(golden.verify().reason, testing::AllOf(HasSubstr("tinny"), HasSubstr("tiny?")));
}

TEST(VerifyTest, AMalformedCaseSaysWhereAndWhat) {
  GoldenFolder golden;
  golden.description["outputs"]["logits"]["shape"] = {2, 5};
  EXPECT_THAT(golden.verify().reason,
              HasSubstr("out.logits has shape [2, 4] in io.safetensors, not [2,5]"));

  GoldenFolder no_entry;
  no_entry.description.erase("entry");
  EXPECT_THAT(no_entry.verify().reason, HasSubstr("case.json: has no \"entry\""));

  GoldenFolder no_input;
  no_input.io.erase("in.image");
  EXPECT_THAT(no_input.verify().reason, HasSubstr("io.safetensors has no in.image"));

  GoldenFolder no_output;
  no_output.description["outputs"] = json::object();
  no_output.description["gradients"] = nullptr;
  EXPECT_THAT(no_output.verify().reason, HasSubstr("expects no output"));

  GoldenFolder negative;
  negative.description["outputs"]["loss"]["atol"] = -1;
  EXPECT_THAT(negative.verify().reason, HasSubstr("atol of out.loss"));
}

TEST(VerifyTest, GradientsWithoutALossCannotBeChecked) {
  GoldenFolder golden;
  golden.description["inputs"].erase("target");
  golden.description["outputs"].erase("loss");

  EXPECT_THAT(golden.verify().reason, HasSubstr("computes no loss"));
}

TEST(VerifyTest, AFileThatIsNoJsonIsAFailedCase) {
  const test::TempDir folder;
  test::write_file(folder.file("case.json"), "{");

  const CaseVerdict verdict = verify_case(folder.path(), registrar_with_tiny());

  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.reason, HasSubstr("not JSON"));
}

TEST(FindGoldenCasesTest, SearchesInNaturalOrderAndTakesOnlyCases) {
  const test::TempDir folder;
  for (const char* name : {"b/case_10", "b/case_9", "a", "b/empty"}) {
    fs::create_directories(folder.file(name));
  }
  for (const char* name : {"b/case_10", "b/case_9", "a"}) {
    test::write_file(folder.file(name) + "/case.json", "{}");
  }

  EXPECT_THAT(find_golden_cases({folder.path()}),
              ElementsAre(folder.file("a"), folder.file("b/case_9"), folder.file("b/case_10")));
  EXPECT_THAT(find_golden_cases({folder.file("b/case_9"), folder.file("b") + "/"}),
              ElementsAre(folder.file("b/case_9"), folder.file("b/case_10")));
  EXPECT_THAT(find_golden_cases({folder.file("a/case.json")}), ElementsAre(folder.file("a")));
  EXPECT_THAT(find_golden_cases({folder.file("a") + "/"}), ElementsAre(folder.file("a")));
}

TEST(FindGoldenCasesTest, NothingFoundIsTheUsersError) {
  const test::TempDir folder;

  EXPECT_THAT([&] { find_golden_cases({folder.path()}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no case.json below")));
  EXPECT_THAT([&] { find_golden_cases({folder.file("absent")}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no such folder")));
}

}  // namespace
}  // namespace yardstick
