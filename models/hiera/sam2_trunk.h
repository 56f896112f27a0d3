#pragma once

#include "models/hiera/sam2_block.h"
#include "models/hiera/sam2_config.h"
#include "models/layers/module_list.h"
#include "models/layers/patch_embed.h"

#include <torch/nn/module.h>

#include <memory>
#include <vector>

namespace yardstick {

// SAM 2's Hiera trunk, with the names of sam2.modeling.backbones.hieradet.Hiera and checked against
// it. There is no last norm and no head.
class Sam2Trunk : public torch::nn::Module {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit Sam2Trunk(const Sam2Config& config);

  // Position embeddings and linear layers of deviation 0.02, biases 0. The official code leaves
  // torch's and trains from Hiera's weights.
  void init_weights();

  // [B, channels, H, W] -> each stage's output, [B, C, h, w], finest first; strided views.
  // Requires: H and W are multiples of config().multiple_px().
  std::vector<at::Tensor> forward(const at::Tensor& image, const layers::TapScope& tap) const;

  const Sam2Config& config() const noexcept { return config_; }

 private:
  // What is added to the tokens, [1, height, width, C].
  at::Tensor positions(std::int64_t height, std::int64_t width) const;

  Sam2Config config_;
  at::Tensor pos_embed_;         // [1, width, position_grid...]
  at::Tensor pos_embed_window_;  // [1, width, side, side] of the first stage's windows
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<layers::ModuleList<Sam2Block>> blocks_;
};

}  // namespace yardstick
