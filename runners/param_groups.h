#pragma once

#include "runners/module_access.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// Parameters that share a weight decay and a factor of the learning rate.
struct ParamGroup {
  double weight_decay = 0;
  std::vector<NamedParameter> parameters;
  double lr_scale = 1.0;
};

// False for what weight decay would only hurt: 1-D parameters (norms, biases, layer scales), any
// other bias, position embeddings and learned tokens (pos_embed*, *_token), as in MAE's
// fine-tuning.
bool takes_weight_decay(std::string_view name, std::int64_t dims);

// Splits the parameters that require a gradient into those with `weight_decay` and those without,
// in the module's order. An empty group is left out.
std::vector<ParamGroup> weight_decay_groups(const std::vector<NamedParameter>& parameters,
                                            double weight_decay);

// Whose rule says which parameters are spared the decay, which layer each belongs to, and the order
// of the groups (an official optimiser state is indexed by it).
enum class GroupRule {
  kPlain,        // takes_weight_decay; decayed first; layers as kMaeSt
  kMae,          // MAE fine-tuning: param_groups_lrd
  kMaeSt,        // MAE-ST fine-tuning: param_groups_lrd
  kMaePretrain,  // MAE and MAE-ST pre-training: add_weight_decay, spared first; no layer decay
  kTimm,         // timm param_groups_layer_decay, or param_groups_weight_decay at layer_decay 1
  kSlowFast,     // PySlowFast get_param_groups, or construct_optimizer at layer_decay 1
};

struct GroupOptions {
  double weight_decay = 0;
  // The rate of a layer is that of the layer above times this, the head's is 1. At 1 there are no
  // layers: one group with decay and one without.
  double layer_decay = 1;
  GroupRule rule = GroupRule::kPlain;
  std::int64_t depth = 0;  // blocks; 0: one more than the largest i of the names "blocks.<i>."
  // Names without decay, in full; PySlowFast at layer_decay 1 takes them as parts of names. kPlain
  // adds them to its own.
  std::vector<std::string> spared = {};
  double min_scale = 0;        // kTimm: least lr_scale
  bool is_1d_decayed = false;  // kSlowFast: ZERO_WD_1D_PARAM off
  bool is_bias_wd_on = false;  // kMaePretrain, MAE-ST's bias_wd: 1-D parameters but biases decay
};

// Groups of the parameters that require a gradient, names in the module's order. Throws User where
// the rule has no layer decay, or where layer decay is asked of a model without blocks.
std::vector<ParamGroup> make_param_groups(const std::vector<NamedParameter>& parameters,
                                          const GroupOptions& options);

}  // namespace yardstick
