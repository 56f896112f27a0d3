#include "runners/optim/optimizer.h"

#include "runners/adamw.h"
#include "runners/copy_state.h"
#include "runners/optim/adan.h"
#include "runners/optim/lamb.h"
#include "runners/optim/momentum.h"

#include <utility>

namespace yardstick {

Optimizer::Optimizer(std::vector<ParamGroup> groups) : groups_(std::move(groups)) {}

Optimizer::~Optimizer() = default;

void Optimizer::load(const TensorMap& state) {
  copy_state(state, this->state(), "optimizer state");
}

namespace {

struct Maker {
  std::vector<ParamGroup> groups;

  std::unique_ptr<Optimizer> operator()(const AdamwOptions& options) {
    return std::make_unique<Adamw>(std::move(groups), options);
  }
  std::unique_ptr<Optimizer> operator()(const SgdOptions& options) {
    return std::make_unique<Sgd>(std::move(groups), options);
  }
  std::unique_ptr<Optimizer> operator()(const LarsOptions& options) {
    return std::make_unique<Lars>(std::move(groups), options);
  }
  std::unique_ptr<Optimizer> operator()(const TimmLarsOptions& options) {
    return std::make_unique<TimmLars>(std::move(groups), options);
  }
  std::unique_ptr<Optimizer> operator()(const LambOptions& options) {
    return std::make_unique<Lamb>(std::move(groups), options);
  }
  std::unique_ptr<Optimizer> operator()(const AdanOptions& options) {
    return std::make_unique<Adan>(std::move(groups), options);
  }
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          std::vector<ParamGroup> groups) {
  return std::visit(Maker{std::move(groups)}, config);
}

}  // namespace yardstick
