#include "runners/param_groups.h"

#include <utility>

namespace yardstick {

bool takes_weight_decay(std::string_view name, std::int64_t dims) {
  if (dims <= 1) return false;
  const std::string_view leaf = name.substr(name.rfind('.') + 1);
  return leaf != "bias" && !leaf.starts_with("pos_embed") && !leaf.ends_with("_token");
}

std::vector<ParamGroup> weight_decay_groups(const std::vector<NamedParameter>& parameters,
                                            double weight_decay) {
  ParamGroup decayed{weight_decay, {}};
  ParamGroup spared{0.0, {}};
  for (const NamedParameter& parameter : parameters) {
    if (!parameter.value.requires_grad()) continue;
    const bool is_decayed = takes_weight_decay(parameter.name, parameter.value.dim());
    (is_decayed ? decayed : spared).parameters.push_back(parameter);
  }
  std::vector<ParamGroup> groups;
  if (!decayed.parameters.empty()) groups.push_back(std::move(decayed));
  if (!spared.parameters.empty()) groups.push_back(std::move(spared));
  return groups;
}

}  // namespace yardstick
