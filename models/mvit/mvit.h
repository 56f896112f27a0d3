#pragma once

#include "models/layers/module_list.h"
#include "models/layers/norm.h"
#include "models/mvit/mvit_block.h"
#include "models/mvit/mvit_shell.h"

#include <memory>

namespace yardstick {

// Multiscale Vision Transformers (arXiv 2104.11227) and MViTv2 (arXiv 2112.01526): the image and
// video classifiers of facebookresearch/SlowFast with their names, which facebookresearch/mvit
// shares. Checked against SlowFast. The official network returns probabilities in evaluation mode;
// this one always returns logits.
class Mvit : public MvitShell {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit Mvit(const MvitConfig& config);

  // [B, input_shape...] -> [B, head_width()], what the head sees.
  at::Tensor forward_features(const at::Tensor& input, const layers::TapScope& tap) const;

 private:
  std::shared_ptr<layers::ModuleList<MvitBlock>> blocks_;
  std::shared_ptr<layers::LayerNorm> norm_;
};

}  // namespace yardstick
