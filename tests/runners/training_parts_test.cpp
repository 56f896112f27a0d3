#include "runners/adamw.h"
#include "runners/gradients.h"
#include "runners/loss_scaler.h"
#include "runners/losses.h"
#include "runners/lr_schedule.h"
#include "runners/param_groups.h"
#include "tests/runners/reference_data.h"
#include "tests/support/throws_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace yardstick {
namespace {

using nlohmann::json;
using test::tensor_of;
using test::training_reference;
using testing::HasSubstr;

std::vector<NamedParameter> reference_parameters(const json& values) {
  std::vector<NamedParameter> parameters;
  for (const auto& [name, value] : values.items()) {
    parameters.push_back({name, tensor_of(value).requires_grad_()});
  }
  return parameters;
}

void expect_close(const at::Tensor& ours, const at::Tensor& theirs, const json& tolerance,
                  const std::string& what) {
  EXPECT_TRUE(at::allclose(ours, theirs, tolerance.at("rtol"), tolerance.at("atol")))
      << what << "\n"
      << ours << "\n"
      << theirs;
}

TEST(AdamwTest, EqualsTorchStepByStep) {
  const json& reference = training_reference().at("adamw");
  for (const json& one : reference.at("cases")) {
    const json& config = one.at("config");
    std::vector<NamedParameter> parameters = reference_parameters(reference.at("parameters"));
    Adamw optimizer({{config.at("weight_decay"), parameters}},
                    {config.at("betas")[0], config.at("betas")[1], config.at("eps")});
    for (std::int64_t step = 0; step < reference.at("steps"); ++step) {
      for (NamedParameter& parameter : parameters) {
        const auto missing = reference.at("gradient_missing").value(parameter.name, json::array());
        const bool has_gradient =
            std::find(missing.begin(), missing.end(), json(step)) == missing.end();
        parameter.value.mutable_grad() =
            has_gradient ? tensor_of(reference.at("gradients").at(parameter.name))[step]
                         : at::Tensor();
      }
      optimizer.step(config.at("lr"));
      for (const NamedParameter& parameter : parameters) {
        expect_close(parameter.value.detach(),
                     tensor_of(one.at("after_each_step").at(parameter.name))[step], one,
                     one.at("name").get<std::string>() + " " + parameter.name);
      }
    }
    const TensorMap state = optimizer.state();
    for (const auto& [name, value] : one.at("state").items()) {
      expect_close(state.at(name), tensor_of(value), one, name);
    }
    for (const auto& [name, value] : one.at("steps_taken").items()) {
      EXPECT_EQ(state.at(name).item<float>(), value.get<float>()) << name;
    }
  }
}

TEST(AdamwTest, FoundInfLeavesEverythingAsItWas) {
  const NamedParameter parameter{"w", at::ones({3}).requires_grad_()};
  at::Tensor(parameter.value).mutable_grad() =
      at::full({3}, std::numeric_limits<float>::infinity());
  Adamw optimizer({{0.1, {parameter}}}, {});

  optimizer.step(0.5, at::ones({1}));

  EXPECT_TRUE(at::equal(parameter.value.detach(), at::ones({3})));
  for (const auto& [name, tensor] : optimizer.state()) {
    EXPECT_TRUE(at::equal(tensor, at::zeros(tensor.sizes()))) << name;
  }
}

TEST(AdamwTest, RefusesStateOfAnotherModel) {
  const NamedParameter parameter{"w", at::ones({3}).requires_grad_()};
  Adamw optimizer({{0.1, {parameter}}}, {});
  TensorMap state;
  state["exp_avg.w"] = at::ones({4});

  EXPECT_THAT([&] { optimizer.load(state); },
              test::ThrowsError(ErrorKind::kData, HasSubstr("exp_avg.w has shape [4], not [3]")));
  EXPECT_THAT([&] { optimizer.load({}); },
              test::ThrowsError(ErrorKind::kData, HasSubstr("exp_avg.w is missing")));
}

TEST(GradientsTest, ClippingEqualsTorch) {
  const json& reference = training_reference().at("clip");
  for (const json& one : reference.at("cases")) {
    std::vector<at::Tensor> gradients;
    std::vector<std::string> names;
    for (const auto& [name, value] : reference.at("gradients").items()) {
      gradients.push_back(tensor_of(value) * one.at("grad_scale").get<double>());
      names.push_back(name);
    }
    const at::Tensor norm = clip_gradient_norm(gradients, one.at("value"));
    EXPECT_NEAR(norm.item<double>(), one.at("total_norm_before"), 1e-5) << one.at("name");
    for (std::size_t i = 0; i < names.size(); ++i) {
      expect_close(gradients[i], tensor_of(one.at("after").at(names[i])), reference,
                   one.at("name").get<std::string>() + " " + names[i]);
    }
  }
}

TEST(GradientsTest, NothingToClipHasNoNorm) { EXPECT_FALSE(clip_gradient_norm({}, 1).defined()); }

TEST(LossesTest, LabelSmoothingEqualsTorchAndTimm) {
  for (const json& one : training_reference().at("label_smoothing")) {
    at::Tensor logits = tensor_of(one.at("logits")).requires_grad_();
    const at::Tensor loss = classification_loss(logits, tensor_of(one.at("labels"), at::kLong),
                                                one.at("config").at("smoothing"));
    loss.backward();

    const double expected = one.at("loss");
    EXPECT_NEAR(loss.item<double>(), expected, 1e-6 + 1e-5 * expected) << one.at("name");
    expect_close(logits.grad(), tensor_of(one.at("tensors").at("grad.logits")), one,
                 one.at("name"));
  }
}

TEST(LossesTest, HalfPrecisionLogitsAreComputedInFloat) {
  const at::Tensor logits = at::tensor({1.0, 2.0, 3.0}).reshape({1, 3}).to(at::kBFloat16);

  EXPECT_EQ(classification_loss(logits, at::tensor({2}, at::kLong), 0).scalar_type(), at::kFloat);
}

TEST(LossScalerTest, FollowsTorchsGradScaler) {
  for (const json& one : training_reference().at("loss_scaling")) {
    const json& config = one.at("config");
    LossScaler scaler(c10::kCPU, {config.at("init_scale"), config.at("growth_factor"),
                                  config.at("backoff_factor"), config.at("growth_interval")});
    for (const json& row : one.at("rows")) {
      EXPECT_FLOAT_EQ(static_cast<float>(scaler.current_scale()),
                      row.at("scale_used").get<float>());
      const bool is_ok = row.at("gradient") == "ok";
      scaler.unscale({at::full({2}, is_ok ? 1.0 : std::numeric_limits<double>::infinity())});
      EXPECT_EQ(scaler.found_inf().item<float>() == 0, row.at("stepped").get<bool>());
      scaler.update();
      EXPECT_FLOAT_EQ(static_cast<float>(scaler.current_scale()),
                      row.at("scale_after").get<float>());
      EXPECT_EQ(scaler.state().at("growth_tracker").item<int>(),
                row.at("growth_tracker_after").get<int>());
    }
  }
}

TEST(LrScheduleTest, EqualsMaesAtEveryStep) {
  for (const json& one : training_reference().at("learning_rates")) {
    const json& config = one.at("config");
    const LrSchedule schedule{config.at("lr"), config.at("min_lr"), config.at("warmup_epochs"),
                              config.at("epochs")};
    const auto per_epoch = config.at("iterations_per_epoch").get<std::int64_t>();
    const auto accumulate = config.at("accum_iter").get<std::int64_t>();
    const auto rates = one.at("lr")[0].get<std::vector<double>>();
    ASSERT_FALSE(rates.empty());
    for (std::size_t i = 0; i < rates.size(); ++i) {
      const auto iteration = static_cast<std::int64_t>(i);
      const std::int64_t in_epoch = iteration % per_epoch / accumulate * accumulate;
      const double epoch = static_cast<double>(iteration / per_epoch) +
                           static_cast<double>(in_epoch) / static_cast<double>(per_epoch);
      EXPECT_NEAR(schedule.at(epoch), rates[i], 1e-12) << one.at("name") << " step " << i;
    }
  }
}

TEST(ParamGroupsTest, SparesNormsBiasesPositionsAndTokens) {
  EXPECT_TRUE(takes_weight_decay("blocks.0.attn.qkv.weight", 2));
  EXPECT_TRUE(takes_weight_decay("patch_embed.proj.weight", 4));
  EXPECT_FALSE(takes_weight_decay("blocks.0.norm1.weight", 1));
  EXPECT_FALSE(takes_weight_decay("head.bias", 1));
  EXPECT_FALSE(takes_weight_decay("rel.bias", 2));
  EXPECT_FALSE(takes_weight_decay("pos_embed", 3));
  EXPECT_FALSE(takes_weight_decay("pos_embed_spatial", 3));
  EXPECT_FALSE(takes_weight_decay("cls_token", 3));
  EXPECT_FALSE(takes_weight_decay("blocks.0.ls1.gamma", 1));
}

TEST(ParamGroupsTest, LeavesFrozenParametersOut) {
  const auto groups = weight_decay_groups({{"a.weight", at::ones({2, 2}).requires_grad_()},
                                           {"pos_embed", at::ones({1, 2, 2})},
                                           {"a.bias", at::ones({2}).requires_grad_()}},
                                          0.05);

  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].weight_decay, 0.05);
  ASSERT_EQ(groups[0].parameters.size(), 1u);
  EXPECT_EQ(groups[0].parameters[0].name, "a.weight");
  EXPECT_EQ(groups[1].weight_decay, 0);
  ASSERT_EQ(groups[1].parameters.size(), 1u);
  EXPECT_EQ(groups[1].parameters[0].name, "a.bias");
}

}  // namespace
}  // namespace yardstick
