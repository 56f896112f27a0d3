#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>
#include <yardstick/token_reduction.h>

#include <ATen/TensorOperators.h>

namespace yardstick {

TokenPass::~TokenPass() = default;
TokenReducer::~TokenReducer() = default;
TokenReducible::~TokenReducible() = default;

at::Tensor TokenPass::attend(const at::Tensor& /*q*/, const at::Tensor& /*k*/,
                             const at::Tensor& /*v*/) {
  return {};
}

at::Tensor TokenPass::pool(const at::Tensor& patches) const {
  if (!state_.size.defined()) return patches.mean(1);
  const at::Tensor size = state_.size.slice(1, state_.size.size(1) - patches.size(1));  // [B, N]
  const at::Tensor sum = (patches * size.unsqueeze(-1)).sum(1);                         // [B, C]
  return (sum / size.sum(1, /*keepdim=*/true)).to(patches.scalar_type());
}

std::optional<std::string> token_reduction_refusal(Model& model) {
  const std::string& name = model.info().name;
  if (const auto* reducible = model.capability<TokenReducible>(); reducible != nullptr) {
    const TokenReducer* present = reducible->token_reducer();
    if (present == nullptr) return std::nullopt;
    return concat(name, " already reduces its tokens by ", present->name(),
                  ", and two methods that do so cannot be stacked");
  }
  if (model.capability<MaskedPretrainer>() != nullptr) {
    return concat(name,
                  " learns by predicting masked patches, each in its place, which merged tokens "
                  "do not keep; the classifiers made of it can be reduced");
  }
  return concat(name,
                " has no blocks that take any number of tokens: windows and stages need their "
                "grid whole");
}

}  // namespace yardstick
