#include "runners/mac_counter.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/op_registration/op_registration.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv3d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <c10/core/InferenceMode.h>
#include <torch/library.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::int64_t total_of(const std::function<void()>& work) { return count_macs(work).total; }

TEST(MacCounterTest, CountsMatrixProductsOnce) {
  const at::Tensor a = at::randn({5, 7});
  const at::Tensor b = at::randn({7, 3});
  const at::Tensor batch_a = at::randn({2, 5, 7});
  const at::Tensor batch_b = at::randn({2, 7, 3});

  EXPECT_EQ(total_of([&] { a.mm(b); }), 5 * 7 * 3);
  EXPECT_EQ(total_of([&] { at::addmm(at::randn({5, 3}), a, b); }), 5 * 7 * 3);
  EXPECT_EQ(total_of([&] { at::bmm(batch_a, batch_b); }), 2 * 5 * 7 * 3);
  EXPECT_EQ(total_of([&] { at::baddbmm(at::randn({2, 5, 3}), batch_a, batch_b); }), 2 * 5 * 7 * 3);
  EXPECT_EQ(total_of([&] { at::matmul(batch_a, b); }), 2 * 5 * 7 * 3);
  EXPECT_EQ(total_of([&] { at::matmul(a, at::randn({7})); }), 5 * 7);
  EXPECT_EQ(total_of([&] { at::einsum("bij,bjk->bik", {batch_a, batch_b}); }), 2 * 5 * 7 * 3);
}

TEST(MacCounterTest, CountsLinearOnceWithAndWithoutGradients) {
  const at::Tensor input = at::randn({2, 4, 8});
  const at::Tensor weight = at::randn({16, 8});
  const at::Tensor bias = at::randn({16});

  EXPECT_EQ(total_of([&] { at::linear(input, weight, bias); }), 2 * 4 * 8 * 16);
  EXPECT_EQ(total_of([&] { at::linear(input, weight); }), 2 * 4 * 8 * 16);
  const c10::InferenceMode inference_mode;
  EXPECT_EQ(total_of([&] { at::linear(input, weight, bias); }), 2 * 4 * 8 * 16);
}

TEST(MacCounterTest, CountsConvolutionsByOutputPosition) {
  const at::Tensor image = at::randn({2, 6, 10, 12});

  EXPECT_EQ(total_of([&] { at::conv2d(image, at::randn({8, 6, 3, 3}), {}, 1, 1); }),
            2 * 10 * 12 * 8 * 6 * 9);
  EXPECT_EQ(total_of([&] { at::conv2d(image, at::randn({8, 6, 2, 3}), {}, {2, 3}); }),
            2 * 5 * 4 * 8 * 6 * 6);
  EXPECT_EQ(total_of([&] { at::conv2d(image, at::randn({6, 1, 3, 3}), {}, 1, 1, 1, 6); }),
            2 * 10 * 12 * 6 * 9);
  EXPECT_EQ(total_of([&] {
              at::conv2d(image, at::randn({8, 6, 3, 3}), {}, 1, at::IntArrayRef({0, 0}), 2);
            }),
            2 * 6 * 8 * 8 * 6 * 9);
  EXPECT_EQ(total_of([&] { at::conv1d(at::randn({1, 2, 9}), at::randn({4, 2, 3})); }),
            7 * 4 * 2 * 3);
  EXPECT_EQ(total_of([&] {
              at::conv3d(at::randn({1, 3, 4, 8, 8}), at::randn({5, 3, 2, 4, 4}), {}, {2, 4, 4});
            }),
            2 * 2 * 2 * 5 * 3 * 2 * 16);
  EXPECT_EQ(total_of([&] { at::conv_transpose2d(image, at::randn({6, 4, 2, 2}), {}, 2); }),
            2 * 6 * 10 * 12 * 4 * 4);
}

TEST(MacCounterTest, CountsAttentionAsTwoProductsWhateverTheKernel) {
  const at::Tensor q = at::randn({2, 3, 5, 4});
  const at::Tensor k = at::randn({2, 3, 7, 4});
  const at::Tensor v = at::randn({2, 3, 7, 4});
  const std::int64_t expected = 2 * 3 * (5 * 7 * 4 + 5 * 7 * 4);

  EXPECT_EQ(total_of([&] { at::scaled_dot_product_attention(q, k, v); }), expected);
  EXPECT_EQ(total_of([&] {
              at::scaled_dot_product_attention(q.unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0));
            }),
            expected);
  EXPECT_EQ(total_of([&] { at::matmul(at::matmul(q, k.transpose(-2, -1)).softmax(-1), v); }),
            expected);
}

TEST(MacCounterTest, BackwardOfLinearCostsTwiceItsForward) {
  const at::Tensor input = at::randn({4, 8}).requires_grad_();
  const at::Tensor weight = at::randn({16, 8}).requires_grad_();

  EXPECT_EQ(total_of([&] { at::linear(input, weight).sum().backward(); }), 3 * 4 * 8 * 16);
}

TEST(MacCounterTest, BackwardOfConvolutionCountsTheGradientsThatAreWanted) {
  const at::Tensor image = at::randn({2, 3, 8, 8});
  const at::Tensor weight = at::randn({4, 3, 2, 2}).requires_grad_();
  const std::int64_t forward = 2 * 16 * 4 * 3 * 4;

  EXPECT_EQ(total_of([&] { at::conv2d(image, weight, {}, 2).sum().backward(); }), 2 * forward);
  EXPECT_EQ(
      total_of([&] { at::conv2d(image.clone().requires_grad_(), weight, {}, 2).sum().backward(); }),
      3 * forward);
}

TEST(MacCounterTest, BackwardOfFusedAttentionCountsFiveProducts) {
  const auto make = [] { return at::randn({2, 3, 5, 4}).requires_grad_(); };
  const at::Tensor q = make();
  const at::Tensor k = make();
  const at::Tensor v = make();
  const std::int64_t product = 2 * 3 * 5 * 5 * 4;

  const MacCount count =
      count_macs([&] { at::scaled_dot_product_attention(q, k, v).sum().backward(); });

  EXPECT_EQ(count.total, 7 * product);
}

TEST(MacCounterTest, NamesOperatorsAndCountsNoElementwiseWork) {
  const MacCount count = count_macs([] {
    const at::Tensor x = at::randn({2, 8});
    at::gelu(at::layer_norm(at::linear(x, at::randn({8, 8})), {8})) + x;
  });

  EXPECT_THAT(count.by_operator, ElementsAre(Pair("aten::mm", 2 * 8 * 8)));
  EXPECT_THAT(count.uncounted_calls, IsEmpty());
  EXPECT_EQ(count.uncounted_share(), 0);
}

at::Tensor opaque(const at::Tensor& x) { return x.clone(); }
at::Tensor transparent(const at::Tensor& x) { return x.mm(x); }

TORCH_LIBRARY(yardstick_mac_test, library) {
  library.def("opaque(Tensor x) -> Tensor", opaque);
  library.def("transparent(Tensor x) -> Tensor", transparent);
}

at::Tensor call(const char* name, const at::Tensor& x) {
  return c10::Dispatcher::singleton()
      .findSchemaOrThrow(name, "")
      .typed<at::Tensor(const at::Tensor&)>()
      .call(x);
}

TEST(MacCounterTest, TakesTheAutogradEngineForNoOperator) {
  const at::Tensor x = at::randn({2, 8}).requires_grad_();

  const MacCount count = count_macs([&] { at::gelu(x).sum().backward(); });

  EXPECT_THAT(count.uncounted_calls, IsEmpty());
}

TEST(MacCounterTest, ReportsCustomOperatorsThatHideTheirWork) {
  const at::Tensor x = at::randn({4, 4});
  const MacCount count = count_macs([&] {
    call("yardstick_mac_test::opaque", x);
    call("yardstick_mac_test::transparent", x);
  });

  EXPECT_EQ(count.total, 4 * 4 * 4);
  EXPECT_THAT(count.uncounted_calls, ElementsAre(Pair("yardstick_mac_test::opaque", 1)));
  EXPECT_DOUBLE_EQ(count.uncounted_share(), 0.5);
}

TEST(MacCounterTest, CountsNothingOutsideItsScope) {
  const at::Tensor a = at::randn({3, 3});
  const MacCount first = count_macs([&] { a.mm(a); });
  a.mm(a);

  EXPECT_EQ(first.total, 27);
  EXPECT_EQ(total_of([] {}), 0);
}

}  // namespace
}  // namespace yardstick
