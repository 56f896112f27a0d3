#include "models/golden/case_input.h"
#include "tests/models/built.h"
#include "tests/models/golden_case.h"
#include "tests/support/project_paths.h"
#include "tests/support/throws_error.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::GoldenFolder;
using test::ThrowsError;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> all_folders() {
  std::vector<std::string> found;
  for (const std::string& family : test::builtin_registrar().golden_families.names()) {
    for (const std::string& folder : test::golden_folders(family)) found.push_back(folder);
  }
  return found;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  const std::filesystem::path path(info.param);
  const bool is_ours = info.param.starts_with(test::test_data());
  return (is_ours ? "" : "more_") + path.parent_path().filename().string() + "_" +
         path.filename().string();
}

struct Built {
  std::unique_ptr<Model> model;
  TensorMap results;
};

Built compute(const GoldenFolder& folder) {
  const Registrar registrar = test::builtin_registrar();
  const GoldenFamily& family = registrar.golden_families.get(folder.golden.family);
  Built built;
  built.model = family.build(folder.golden);
  require_complete(built.model->load_weights(folder.weights, {}), folder.golden.name);
  built.results = family.compute(*built.model, folder.golden);
  return built;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, EqualsTheOfficialOutputsAndGradients) {
  const GoldenFolder folder = test::read_golden(GetParam());

  Built built = compute(folder);

  for (const auto& [name, theirs] : folder.outputs) {
    EXPECT_LE(test::share_of_tolerance(built.results[name], theirs, folder.tolerances.at(name)),
              1.0)
        << name;
  }
  if (!folder.gradients.empty()) built.results.at("loss").backward();
  TensorMap state = state_of(built.model->module());
  for (const auto& [name, theirs] : folder.gradients) {
    EXPECT_LE(test::share_of_tolerance(state[name].grad(), theirs, folder.tolerances.at(name)), 1.0)
        << name;
  }
  EXPECT_THAT(folder.golden.config.unread(), IsEmpty());
  EXPECT_THAT(folder.golden.method_arguments.unread(), IsEmpty());
}

// Without a tap and without gradients, activations are overwritten in place.
TEST_P(GoldenTest, IsTheSameInPlace) {
  const GoldenFolder folder = test::read_golden(GetParam());
  const Built built = compute(folder);
  const TensorMap& inputs = folder.golden.inputs;
  if (inputs.contains("drop_path")) GTEST_SKIP() << "without the case's masks other paths drop";
  const char* result = inputs.contains("noise") ? "loss" : "logits";
  if (!built.results.contains(result)) GTEST_SKIP() << "the case has neither logits nor a loss";
  const at::Tensor input = case_pixels(folder.golden);

  const at::NoGradGuard no_grad;
  at::Tensor again;
  if (inputs.contains("noise")) {
    auto* pretrainer = built.model->capability<MaskedPretrainer>();
    ASSERT_NE(pretrainer, nullptr);
    again = pretrainer->pretrain(input, inputs.at("noise"),
                                 folder.golden.method_arguments.number("mask_ratio"), nullptr);
  } else {
    again = built.model->forward(test::batch_of(input)).logits;
  }

  EXPECT_TRUE(at::allclose(again, built.results.at(result), 1e-5, 1e-6));
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenTest, testing::ValuesIn(all_folders()), test_name);

GoldenCase vit_case(const std::string& config) {
  GoldenCase golden;
  golden.name = "written_here";
  golden.family = "vit";
  golden.constructor = "timm.models.vision_transformer.VisionTransformer";
  golden.mode = "eval";
  golden.entry = "classify";
  golden.config = Arguments::parse(config, "written_here");
  return golden;
}

TEST(VitGoldenTest, LeavesUnknownArgumentsUnread) {
  const Registrar registrar = test::builtin_registrar();
  const GoldenCase golden = vit_case(
      R"({"img_size": [32, 48], "embed_dim": 32, "num_heads": 4, "depth": 1, "gated": true})");

  const auto model = registrar.golden_families.get("vit").build(golden);

  EXPECT_THAT(golden.config.unread(), testing::ElementsAre("gated"));
  EXPECT_THAT(model->info().input_shape, testing::ElementsAre(3, 32, 48));
}

TEST(VitGoldenTest, RefusesWhatItCannotCompute) {
  const Registrar registrar = test::builtin_registrar();
  const auto build = [&](const GoldenCase& golden) {
    return [&registrar, golden] { registrar.golden_families.get("vit").build(golden); };
  };
  GoldenCase other_entry = vit_case("{}");
  other_entry.entry = "detect_loss";
  GoldenCase other_method = vit_case(R"({"embed_dim": 32, "num_heads": 4, "depth": 1})");
  other_method.method = "tome";

  EXPECT_THAT(build(vit_case(R"({"embed_dim": 32, "num_heads": 5})")),
              ThrowsError(ErrorKind::kData, HasSubstr("5 heads")));
  EXPECT_THAT(build(vit_case(R"({"global_pool": "map"})")),
              ThrowsError(ErrorKind::kData, HasSubstr("global_pool map")));
  EXPECT_THAT(build(other_entry), ThrowsError(ErrorKind::kData, HasSubstr("detect_loss")));
  EXPECT_THAT(build(other_method), ThrowsError(ErrorKind::kData, HasSubstr("tome")));
}

}  // namespace
}  // namespace yardstick
