#include "models/methods/diffrate/diffrate_macs.h"

#include <yardstick/check.h>

#include <algorithm>

namespace yardstick {

DiffRateMacs DiffRateMacs::of(Model& model) {
  const auto* reducible = model.capability<TokenReducible>();
  YS_CHECK(reducible != nullptr, model.info().name);
  const TokenLayout& layout = reducible->token_layout();
  DiffRateMacs macs;
  macs.width = static_cast<double>(layout.width);
  macs.tokens = static_cast<double>(layout.tokens());
  std::int64_t values = 1;
  for (const std::int64_t size : model.info().input_shape) values *= size;
  macs.patch_values = static_cast<double>(values) / static_cast<double>(layout.patches());
  if (const auto* head = model.capability<ReplaceableHead>()) {
    macs.classes = static_cast<double>(head->num_classes());
  }
  return macs;
}

double DiffRateMacs::total(const KeptTokens& kept) const {
  YS_CHECK(kept.prune.size() == kept.merge.size(), kept.prune.size(), kept.merge.size());
  double sum = ends();
  double present = tokens;
  for (std::size_t i = 0; i < kept.prune.size(); ++i) {
    sum += attention(present);
    present =
        std::min({present, static_cast<double>(kept.prune[i]), static_cast<double>(kept.merge[i])});
    sum += mlp(present);
  }
  return sum;
}

}  // namespace yardstick
