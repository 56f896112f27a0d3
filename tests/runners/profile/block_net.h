#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <memory>

namespace yardstick::test {

inline constexpr std::int64_t kBlockNetTokens = 5;

// MACs of one sample: embed 4 to 8, two blocks of 8 to 16 to 8, and head 8 to 3 of the mean token.
inline constexpr std::int64_t kBlockNetMacs = kBlockNetTokens * (4 * 8 + 2 * 2 * 8 * 16) + 8 * 3;

// embed, pos (a parameter of its own), blocks.{0,1}.{norm, mlp.{fc1, fc2}} with a residual sum, and
// head on the mean over tokens: the smallest net with all that modules are told apart by.
class BlockNet : public torch::nn::Module {
 public:
  BlockNet();
  at::Tensor forward(const at::Tensor& tokens);  // [N, 5, 4] -> [N, 3]

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

at::Tensor block_net_input(std::int64_t samples = 2);

}  // namespace yardstick::test
