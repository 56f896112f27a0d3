#include <yardstick/learned_cost.h>
#include <yardstick/token_reduction.h>

namespace yardstick {

LearnedCost::~LearnedCost() = default;

const LearnedCost* learned_cost(Model& model) {
  const auto* reducible = model.capability<TokenReducible>();
  if (reducible == nullptr) return nullptr;
  return dynamic_cast<const LearnedCost*>(reducible->token_reducer());
}

}  // namespace yardstick
