#include "models/mvit/pooled_attention_config.h"

#include <yardstick/error.h>

namespace yardstick {

std::optional<std::string> problem_of(const PooledAttentionConfig& config) {
  if (config.width_out < 1 || config.heads < 1 || config.width_out % config.heads != 0) {
    return concat("width ", config.width_out, " cannot be divided among ", config.heads, " heads");
  }
  if (config.mode == MvitPoolMode::kConvUnshared && !config.pools_first) {
    return "pooling with weights for each head comes before the projections only";
  }
  const bool folds_input = config.pools_first && config.mode != MvitPoolMode::kConvUnshared;
  if (folds_input && config.width_in % config.heads != 0) {
    return concat("width ", config.width_in, " cannot be pooled as ", config.heads, " heads");
  }
  if (!all_positive(config.q_grid()) || !all_positive(config.kv_grid())) {
    return concat("pooling leaves no tokens of ", text_of(config.grid));
  }
  if (config.space_table < 0 || config.time_table < 0) {
    return concat("no relative positions between tokens of ", text_of(config.grid));
  }
  return std::nullopt;
}

}  // namespace yardstick
