#include "tests/runners/profile/block_net.h"

#include <ATen/ATen.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

namespace yardstick::test {
namespace {

// One operator; the module's own forward is made of three.
at::Tensor linear_of(const torch::nn::Linear& layer, const at::Tensor& x) {
  return at::linear(x, layer->weight, layer->bias);
}

struct Mlp : torch::nn::Module {
  Mlp() {
    fc1 = register_module("fc1", torch::nn::Linear(8, 16));
    fc2 = register_module("fc2", torch::nn::Linear(16, 8));
  }
  torch::nn::Linear fc1{nullptr}, fc2{nullptr};
};

struct Block : torch::nn::Module {
  Block() {
    norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({8})));
    mlp = register_module("mlp", std::make_shared<Mlp>());
  }
  at::Tensor forward(const at::Tensor& x) {
    return x + linear_of(mlp->fc2, at::gelu(linear_of(mlp->fc1, norm(x))));
  }

  torch::nn::LayerNorm norm{nullptr};
  std::shared_ptr<Mlp> mlp;
};

struct Blocks : torch::nn::Module {
  Blocks() {
    for (auto& block : list) {
      block = register_module(&block == &list[0] ? "0" : "1", std::make_shared<Block>());
    }
  }
  std::shared_ptr<Block> list[2];
};

}  // namespace

struct BlockNet::Parts {
  torch::nn::Linear embed{nullptr};
  at::Tensor pos;
  std::shared_ptr<Blocks> blocks;
  torch::nn::Linear head{nullptr};
};

BlockNet::BlockNet() : parts_(std::make_shared<Parts>()) {
  parts_->embed = register_module("embed", torch::nn::Linear(4, 8));
  parts_->pos = register_parameter("pos", at::randn({1, kBlockNetTokens, 8}));
  parts_->blocks = register_module("blocks", std::make_shared<Blocks>());
  parts_->head = register_module("head", torch::nn::Linear(8, 3));
}

at::Tensor BlockNet::forward(const at::Tensor& tokens) {
  at::Tensor x = linear_of(parts_->embed, tokens) + parts_->pos;
  for (const auto& block : parts_->blocks->list) x = block->forward(x);
  return linear_of(parts_->head, x.mean(1));
}

at::Tensor block_net_input(std::int64_t samples) {
  return at::randn({samples, kBlockNetTokens, 4});
}

}  // namespace yardstick::test
