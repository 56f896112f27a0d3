#include "tests/models/built.h"

#include <ATen/ATen.h>
#include <torch/nn/module.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

using test::batch_of;
using test::build_model;
using testing::ElementsAre;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;
using testing::UnorderedElementsAre;

std::unique_ptr<Method> linear_probe() {
  const Registrar registrar = test::builtin_registrar();
  const MethodEntry& entry = registrar.methods.get("linear_probe");
  return entry.build(Params(entry.schema));
}

std::vector<std::string> trainable(Model& model) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state_of(model.module())) {
    if (tensor.requires_grad()) names.push_back(name);
  }
  return names;
}

class LinearProbeTest : public testing::TestWithParam<const char*> {};

TEST_P(LinearProbeTest, TrainsOnlyABatchNormedLinearHead) {
  const auto model = build_model(GetParam());
  const auto probe = linear_probe();
  ASSERT_THAT(probe->refusal(*model), Eq(std::nullopt));

  probe->apply(*model);
  model->module().train();
  const auto& shape = model->info().input_shape;
  const at::Tensor logits =
      model->forward(batch_of(at::randn({4, shape[0], shape[1], shape[2]}))).logits;
  logits.sum().backward();

  TensorMap state = state_of(model->module());
  EXPECT_THAT(trainable(*model), UnorderedElementsAre("head.1.weight", "head.1.bias"));
  EXPECT_THAT(logits.sizes().vec(), ElementsAre(4, 10));
  EXPECT_EQ(state.at("head.0.num_batches_tracked").item<std::int64_t>(), 1);
  EXPECT_TRUE(state.at("head.1.weight").grad().defined());
}

TEST_P(LinearProbeTest, CanBeAppliedTwice) {
  const auto model = build_model(GetParam());
  const auto probe = linear_probe();

  probe->apply(*model);
  const at::Tensor weight = state_of(model->module()).at("head.1.weight");
  probe->apply(*model);

  EXPECT_TRUE(state_of(model->module()).at("head.1.weight").is_same(weight));
}

INSTANTIATE_TEST_SUITE_P(Families, LinearProbeTest, testing::Values("vit_test", "hiera_test"));

TEST(LinearProbeNormTest, KeepsTheNormThatTimmPutsIntoItsHead) {
  const auto model = build_model("hiera_small_abswin_256", {{"classes", "10"}, {"img_size", "32"}});

  linear_probe()->apply(*model);

  EXPECT_TRUE(state_of(model->module()).contains("head.norm.weight"));
  EXPECT_THAT(trainable(*model), UnorderedElementsAre("head.1.weight", "head.1.bias"));
}

TEST(LinearProbeRefusalTest, NamesAModelWithoutClasses) {
  const auto model = build_model("vit_test", {{"classes", "0"}});

  EXPECT_THAT(linear_probe()->refusal(*model), Optional(HasSubstr("vit_test has no classes")));
}

}  // namespace
}  // namespace yardstick
