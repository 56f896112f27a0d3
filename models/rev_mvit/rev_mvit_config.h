#pragma once

#include "models/layers/reversible.h"
#include "models/layers/stream_fusion.h"
#include "models/mvit/mvit_config.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// PySlowFast's tree of settings for a reversible network. Of `mvit`, widens_in_attention is not
// read: a transition widens in its attention.
struct RevMvitConfig {
  MvitConfig mvit = {};
  std::vector<std::int64_t> transitions = {};  // blocks that are not reversible (BUFFER_LAYERS)
  layers::StreamFusionMode fusion = {};        // behind the last block (RESPATH_FUSE)
  layers::StreamFusionMode transition_fusion = {
      .kind = layers::StreamFusionKind::kMean};  // PRE_Q_FUSION
  layers::ReversibleBackward backward = layers::ReversibleBackward::kRecompute;
};

struct RevMvitBlockConfig {
  PooledAttentionConfig attention = {};  // of a transition: width_in is the fused streams'
  std::int64_t width = 0;                // of one stream that comes in
  bool is_transition = false;
  double drop_path = 0.0;
};

// Why no network can be built from `config`, or nothing.
std::optional<std::string> problem_of(const RevMvitConfig& config);

// Requires: problem_of_shell(config.mvit) is empty.
std::vector<RevMvitBlockConfig> plan_blocks(const RevMvitConfig& config);

}  // namespace yardstick
