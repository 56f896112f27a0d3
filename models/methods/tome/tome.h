#pragma once

#include "models/methods/source_tracing.h"

#include <yardstick/registry.h>
#include <yardstick/token_reduction.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace yardstick {

struct TomeConfig {
  std::vector<std::int64_t> schedule;  // tokens that each block merges; 0 behind its end
  // Whether keys count by their size in attention; as the model's layout says where not set.
  std::optional<bool> has_proportional_attention;
  SourceTracing tracing = SourceTracing::kOff;
};

// Token Merging (arXiv 2210.09461): every block merges its most alike tokens, by bipartite soft
// matching of its attention keys' mean over heads, into their mean by size. Checked against
// facebookresearch/ToMe. Unlike its patches, which know neither, ours leaves a model its layer
// scale, and compares keys behind the key norm where there is one. Prefix tokens beyond class and
// distillation token (registers) are protected as those are.
std::unique_ptr<const TokenReducer> make_tome(TomeConfig config);

// The method "tome" and its golden family.
void register_tome(Registrar& registrar);

}  // namespace yardstick
