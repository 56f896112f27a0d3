#pragma once

#include "models/layers/reversible.h"
#include "models/rev_vit/rev_branches.h"

#include <ATen/ATen.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace yardstick::test {

using layers::ReversibleBackward;
using layers::ReversibleBlock;
using layers::Streams;

inline constexpr auto kRecompute = ReversibleBackward::kRecompute;
inline constexpr auto kAutograd = ReversibleBackward::kAutograd;
inline constexpr std::int64_t kBatch = 4;
inline constexpr std::int64_t kTokens = 6;
inline constexpr std::int64_t kWidth = 16;

using Blocks = std::vector<std::shared_ptr<ReversibleBlock>>;

// In training mode, with weights of a size that makes every block matter.
inline Blocks make_blocks(std::int64_t depth, double drop_path = 0.0,
                          c10::ScalarType type = at::kDouble) {
  at::manual_seed(11);
  Blocks blocks;
  for (std::int64_t i = 0; i < depth; ++i) {
    blocks.push_back(std::make_shared<ReversibleBlock>(
        std::make_shared<AttentionBranch>(AttentionBranchConfig{.width = kWidth, .heads = 2}),
        std::make_shared<MlpBranch>(MlpBranchConfig{.width = kWidth, .mlp_ratio = 2.0}),
        drop_path));
    blocks.back()->to(type);
    const at::NoGradGuard no_grad;
    for (at::Tensor& parameter : blocks.back()->parameters()) parameter.normal_(0.0, 0.3);
  }
  return blocks;
}

inline Streams random_streams(c10::ScalarType type = at::kDouble) {
  at::manual_seed(12);
  const auto one = [&] {
    return at::randn({kBatch, kTokens, kWidth}, at::TensorOptions(type)).set_requires_grad(true);
  };
  const at::Tensor first = one();
  return {first, one()};
}

inline std::vector<at::Tensor> parameters_of(const Blocks& blocks) {
  std::vector<at::Tensor> all;
  for (const auto& block : blocks) {
    for (const at::Tensor& parameter : block->parameters()) all.push_back(parameter);
  }
  return all;
}

inline Streams run(const Blocks& blocks, const Streams& x, ReversibleBackward backward) {
  return layers::run_reversible({.blocks = blocks, .backward = backward}, x, layers::TapScope());
}

// Of both streams, each sample and channel counting differently.
inline at::Tensor loss_of(const Streams& y) {
  const at::Tensor weights =
      at::linspace(-1, 1, y.first.numel(), at::TensorOptions(at::kFloat)).view_as(y.first);
  return (y.first * weights).sum() + (y.second * weights.flip(0)).sum();
}

// What reached the inputs and the parameters, undefined tensors included.
struct Gradients {
  std::vector<at::Tensor> inputs;
  std::vector<at::Tensor> parameters;
};

inline Gradients collect(const Blocks& blocks, const Streams& x) {
  Gradients found;
  for (const at::Tensor& stream : {x.first, x.second}) found.inputs.push_back(stream.grad());
  for (const at::Tensor& parameter : parameters_of(blocks)) {
    found.parameters.push_back(parameter.grad());
    parameter.mutable_grad() = at::Tensor();
  }
  for (const at::Tensor& stream : {x.first, x.second}) stream.mutable_grad() = at::Tensor();
  return found;
}

inline Gradients gradients_of(const Blocks& blocks, const Streams& x, ReversibleBackward backward) {
  loss_of(run(blocks, x, backward)).backward();
  return collect(blocks, x);
}

// The largest distance in units of a tensor's largest element, or of a hundredth of the largest of
// all: some gradients are nothing but rounding. 0 of two undefined tensors.
inline double distance(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  EXPECT_EQ(a.size(), b.size());
  const auto largest_of = [](const at::Tensor& tensor) {
    return tensor.defined() ? tensor.to(at::kDouble).abs().max().item<double>() : 0.0;
  };
  double largest = 0;
  for (const at::Tensor& wanted : b) largest = std::max(largest, largest_of(wanted));
  double furthest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    EXPECT_EQ(a[i].defined(), b[i].defined()) << i;
    if (!a[i].defined() || !b[i].defined()) continue;
    const double scale = std::max(largest_of(b[i]), 0.01 * largest);
    furthest = std::max(furthest, largest_of(a[i].to(at::kDouble) - b[i].to(at::kDouble)) / scale);
  }
  return furthest;
}

inline void expect_equal(const Gradients& ours, const Gradients& theirs, double tolerance) {
  EXPECT_LE(distance(ours.inputs, theirs.inputs), tolerance);
  EXPECT_LE(distance(ours.parameters, theirs.parameters), tolerance);
}

}  // namespace yardstick::test
