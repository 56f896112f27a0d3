#pragma once

#include "models/hiera/hiera_block.h"
#include "models/hiera/hiera_config.h"
#include "models/layers/module_list.h"
#include "models/layers/patch_embed.h"

#include <torch/nn/module.h>

#include <functional>
#include <memory>

namespace yardstick {

// What Hiera's classifier and its masked auto-encoder share, under the names that both have:
// position embeddings, patch embedding and blocks.
class HieraEncoder : public torch::nn::Module {
 public:
  const HieraConfig& config() const noexcept { return config_; }
  std::int64_t width_out() const { return width_out_; }  // of the last stage

 protected:
  using StageEnd = std::function<void(std::int64_t stage, const at::Tensor& tokens)>;

  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit HieraEncoder(const HieraConfig& config);

  // Random position embeddings of config.init's scale.
  void init_positions();

  // What is added to the tokens, [1, N, width], in space.
  at::Tensor positions() const;

  // [B, N, width] -> [B, n, width_out()] in TokenOrder. `at_stage_end`, which may be empty, gets
  // each stage's output. The blocks take whole windows, of which some may be left out.
  at::Tensor run_blocks(at::Tensor tokens, const layers::TapScope& tap,
                        const StageEnd& at_stage_end) const;

  const layers::PatchEmbed& patch_embed() const { return *patch_embed_; }
  const layers::ModuleList<HieraBlock>& blocks() const { return *blocks_; }

 private:
  HieraConfig config_;
  std::int64_t width_out_ = 0;
  at::Tensor pos_embed_;           // [1, N, width], or [1, width, h, w] for absolute windows
  at::Tensor pos_embed_win_;       // [1, width, mask unit...]; undefined as the next two where the
  at::Tensor pos_embed_spatial_;   // [1, H * W, width]         config has none
  at::Tensor pos_embed_temporal_;  // [1, T, width]
  std::shared_ptr<layers::PatchEmbed> patch_embed_;
  std::shared_ptr<layers::ModuleList<HieraBlock>> blocks_;
};

}  // namespace yardstick
