#pragma once

#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <span>

namespace yardstick::layers {

// F or G of a reversible block, its norm included.
class ReversibleBranch : public torch::nn::Module {
 public:
  // [B, N, C] -> [B, N, C], in memory of its own. Must give the same at every call with the same
  // input, since the backward pass calls it again: no dropout and no batch statistics inside.
  virtual at::Tensor forward(const at::Tensor& x, const TapScope& tap) const = 0;
};

// Y1 = X1 + drop_path(F(X2)), Y2 = X2 + drop_path(G(Y1)): Reversible Vision Transformers (arXiv
// 2302.04869), section 3. A sample's paths are dropped together: the official code
// (reversible_mvit.py of facebookresearch/SlowFast) seeds both with one number.
class ReversibleBlock : public torch::nn::Module {
 public:
  // Registers the branches as F and G. `drop_path` is the rate while training.
  ReversibleBlock(std::shared_ptr<ReversibleBranch> f, std::shared_ptr<ReversibleBranch> g,
                  double drop_path);

  const ReversibleBranch& f() const noexcept { return *f_; }
  const ReversibleBranch& g() const noexcept { return *g_; }
  double drop_path() const noexcept { return drop_path_; }

 private:
  std::shared_ptr<ReversibleBranch> f_;
  std::shared_ptr<ReversibleBranch> g_;
  double drop_path_;
};

// X1 and X2, or Y1 and Y2: each [B, N, C]. May be one tensor twice.
struct Streams {
  at::Tensor first;
  at::Tensor second;
};

// What a training step keeps for its backward pass.
enum class ReversibleBackward {
  kRecompute,  // the run's outputs alone; each block's inputs are worked out from its outputs
  kAutograd    // every activation, as any other network
};

// Blocks that follow one another without a change of shape.
struct ReversibleRun {
  std::span<const std::shared_ptr<ReversibleBlock>> blocks;
  ReversibleBackward backward = ReversibleBackward::kRecompute;
  std::int64_t first_index = 0;  // of the first block in its network's list
};

// Passes `x` through the blocks. `tap` belongs to the module in whose list "layers" they are:
// records layers.<i>.y1 and layers.<i>.y2, and what F and G record below layers.<i>.F and
// layers.<i>.G.
//
// kRecompute acts while training with gradients on. It is exact but for the rounding of X2 = Y2 -
// G(Y1) and X1 = Y1 - F(X2). Gradients arrive as from ordinary autograd: block by block, at the
// parameters that ask for one, through their hooks, and as results of torch::autograd::grad. What
// is held between forward and backward does not grow with the number of blocks, but for one number
// a sample and block where paths are dropped. Their masks come from the purpose "drop_path" of the
// open DrawsScope, one draw a block whose rate is above 0, and are kept: no generator is seeded or
// wound back. The recomputation runs under the forward pass's autocast.
//
// While training, streams of a half-precision input are float, since a sum in half precision cannot
// be undone; they come back in the input's type. Without gradients sums overwrite what the branches
// gave.
//
// The backward pass throws User where it is to be differentiated itself, where a parameter changed
// since the forward pass, and where a gradient enters between two blocks (from a recorded y1 or y2)
// and none at the end of the run.
Streams run_reversible(const ReversibleRun& run, const Streams& x, const TapScope& tap);

}  // namespace yardstick::layers
