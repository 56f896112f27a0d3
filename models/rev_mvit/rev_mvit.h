#pragma once

#include "models/layers/norm.h"
#include "models/layers/reversible.h"
#include "models/layers/stream_fusion.h"
#include "models/mvit/mvit_shell.h"
#include "models/rev_mvit/rev_mvit_config.h"
#include "models/rev_mvit/stage_transition.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace yardstick {

// Rev-MViT: Reversible Vision Transformers (arXiv 2302.04869), section 3.3, the image and video
// classifiers of facebookresearch/SlowFast (MViT with REV.ENABLE) with their names. Checked against
// it. Runs of reversible blocks with a StageTransition between them; both streams of a run start
// as the same tokens. The official network returns probabilities in evaluation mode; this one
// always returns logits.
class RevMvit : public MvitShell {
 public:
  // Requires: problem_of(config) is empty. Parameters are unset.
  explicit RevMvit(const RevMvitConfig& config);

  // [B, input_shape...] -> [B, head_width()], what the head sees.
  at::Tensor forward_features(const at::Tensor& input, const layers::TapScope& tap) const;

 private:
  // A run of reversible blocks with what stands before it.
  struct Stage {
    std::shared_ptr<StageTransition> transition;  // null for the first
    std::vector<std::shared_ptr<layers::ReversibleBlock>> blocks;
    std::int64_t first_block = 0;  // in the list of all, transitions included
  };

  layers::Streams run_stages(const at::Tensor& tokens, const layers::TapScope& backbone) const;

  layers::ReversibleBackward backward_;
  std::vector<Stage> stages_;
  std::shared_ptr<layers::StreamFusion> fuse_;
  std::shared_ptr<layers::LayerNorm> norm_;
};

}  // namespace yardstick
