#pragma once

#include "tests/models/built.h"

#include <yardstick/token_reduction.h>

#include <ATen/ops/randn.h>
#include <torch/nn/module.h>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace yardstick::test {

inline std::unique_ptr<Method> build_method(const std::string& name, Settings settings = {}) {
  const Registrar registrar = builtin_registrar();
  const MethodEntry& entry = registrar.methods.get(name);
  Params params(entry.schema);
  for (const auto& [key, value] : settings) {
    params.set_from_text(key, value, ParamOrigin::kFlag, "test");
  }
  return entry.build(params);
}

// Applies a method, which must not refuse the model.
inline void apply_method(Model& model, const std::string& name, Settings settings = {}) {
  const auto method = build_method(name, settings);
  ASSERT_EQ(method->refusal(model).value_or(""), "");
  method->apply(model);
}

// Random images of the model's own size, the same in each run.
inline at::Tensor images_for(Model& model, std::int64_t count) {
  std::vector<std::int64_t> shape = model.info().input_shape;
  shape.insert(shape.begin(), count);
  at::manual_seed(5);
  return at::randn(shape);
}

// One training pass reaches every parameter, and with more than nothing.
inline void expect_trains_every_parameter(Model& model) {
  model.module().train();

  model.forward(batch_of(images_for(model, 2))).logits.square().sum().backward();

  for (const auto& [name, tensor] : state_of(model.module())) {
    ASSERT_TRUE(tensor.grad().defined()) << name;
    EXPECT_GT(tensor.grad().abs().max().item<float>(), 0) << name;
  }
}

// In bfloat16.
inline void expect_finite_in_half_precision(Model& model) {
  model.module().to(at::kBFloat16);

  const at::Tensor logits = model.forward(batch_of(images_for(model, 2).to(at::kBFloat16))).logits;

  EXPECT_EQ(logits.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(logits.isfinite().all().item<bool>());
}

// The elements of token positions, whatever their shape.
inline std::vector<std::int64_t> list(const at::Tensor& positions) {
  const at::Tensor flat = positions.contiguous();
  return {flat.const_data_ptr<std::int64_t>(), flat.const_data_ptr<std::int64_t>() + flat.numel()};
}

// A pass of the model's reducer outside of the model.
inline std::unique_ptr<TokenPass> start_pass(Model& model, PassMode mode = PassMode::kInference) {
  auto* reducible = model.capability<TokenReducible>();
  return reducible->token_reducer()->start(reducible->token_layout(), mode);
}

}  // namespace yardstick::test
