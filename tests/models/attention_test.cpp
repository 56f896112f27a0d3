#include "models/layers/attention.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <cmath>

namespace yardstick::layers {
namespace {

struct Inputs {
  at::Tensor q, k, v;  // [B, N, H, d], strided
  at::Tensor key_bias;
};

Inputs random_inputs(at::ScalarType type, std::int64_t width, std::int64_t tokens = 50) {
  at::manual_seed(7);
  const at::Tensor packed = at::randn({2, tokens, 3, 3, width}).to(type);
  return {packed.select(2, 0), packed.select(2, 1), packed.select(2, 2),
          at::randint(1, 40, {2, tokens}).to(at::kFloat).log()};
}

// In double precision, from the definition.
at::Tensor by_definition(const Inputs& in) {
  const at::Tensor q = in.q.to(at::kDouble).transpose(1, 2);
  const at::Tensor k = in.k.to(at::kDouble).transpose(1, 2);
  const at::Tensor v = in.v.to(at::kDouble).transpose(1, 2);
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
  const at::Tensor logits = at::matmul(q, k.transpose(2, 3)) * scale +
                            in.key_bias.to(at::kDouble).unsqueeze(1).unsqueeze(1);
  return at::matmul(logits.softmax(-1), v).transpose(1, 2);
}

double relative_error(const at::Tensor& ours, const at::Tensor& exact) {
  return ((ours.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
}

TEST(AttendWithBiasTest, EqualsTheDefinition) {
  for (const std::int64_t tokens : {50, 97, 129}) {
    const Inputs in = random_inputs(at::kFloat, 16, tokens);

    const at::Tensor out = attend(in.q, in.k, in.v, in.key_bias);

    EXPECT_LT(relative_error(out, by_definition(in)), 1e-6);
    EXPECT_TRUE(out.is_contiguous());
  }
}

// The bias must not be rounded to the half type: that alone would be off by 0.4 %.
TEST(AttendWithBiasTest, KeepsTheBiasExactForHalfTypes) {
  for (const std::int64_t width : {6, 16, 64}) {
    const Inputs in = random_inputs(at::kBFloat16, width);
    Inputs unbiased = in;
    unbiased.key_bias = at::zeros_like(in.key_bias);

    const double error = relative_error(attend(in.q, in.k, in.v, in.key_bias), by_definition(in));
    const double without_bias = relative_error(attend(in.q, in.k, in.v), by_definition(unbiased));

    EXPECT_LT(error, 1.3 * without_bias) << width;
  }
}

TEST(AttendWithBiasTest, IsPlainAttentionWithoutOne) {
  const Inputs in = random_inputs(at::kFloat, 16);

  EXPECT_TRUE(at::equal(attend(in.q, in.k, in.v, {}), attend(in.q, in.k, in.v)));
}

TEST(AttendWithBiasTest, HasGradientsInEveryType) {
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    Inputs in = random_inputs(type, 16);
    const at::Tensor exact_q = in.q.to(at::kDouble).requires_grad_();
    in.q = in.q.clone().requires_grad_();
    Inputs exact = in;
    exact.q = exact_q;

    attend(in.q, in.k, in.v, in.key_bias).to(at::kDouble).square().sum().backward();
    by_definition(exact).square().sum().backward();

    EXPECT_LT(relative_error(in.q.grad(), exact_q.grad()), type == at::kFloat ? 1e-5 : 0.02);
  }
}

}  // namespace
}  // namespace yardstick::layers
