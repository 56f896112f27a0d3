#pragma once

#include "runners/module_access.h"

#include <string_view>
#include <vector>

namespace yardstick {

// Parameters that share a weight decay.
struct ParamGroup {
  double weight_decay = 0;
  std::vector<NamedParameter> parameters;
};

// False for what weight decay would only hurt: 1-D parameters (norms, biases, layer scales), any
// other bias, position embeddings and learned tokens (pos_embed*, *_token), as in MAE's
// fine-tuning.
bool takes_weight_decay(std::string_view name, std::int64_t dims);

// Splits the parameters that require a gradient into those with `weight_decay` and those without,
// in the module's order. An empty group is left out.
std::vector<ParamGroup> weight_decay_groups(const std::vector<NamedParameter>& parameters,
                                            double weight_decay);

}  // namespace yardstick
