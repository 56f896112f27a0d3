#include "runners/objectives/macs_budget.h"

#include "runners/objectives/supervised.h"

#include <yardstick/check.h>
#include <yardstick/error.h>
#include <yardstick/learned_cost.h>

#include <ATen/TensorOperators.h>

#include <utility>

namespace yardstick {
namespace {

constexpr double kGiga = 1e9;

class MacsBudget final : public Objective {
 public:
  explicit MacsBudget(const Params& params)
      : base_(params),
        target_gmacs_(params.get<double>("target_gmacs")),
        weight_(params.get<double>("weight")) {
    if (target_gmacs_ > 0) return;
    throw_user("macs_budget has no target", "give one: --objective macs_budget:target_gmacs=2.9");
  }

  std::optional<std::string> refusal(Model& model) const override {
    if (auto why = SupervisedLoss::refusal(model)) return why;
    if (learned_cost(model) != nullptr) return std::nullopt;
    return "nothing in it learns what it costs; add a method that does, as diffrate:learn=rates";
  }

  at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) override {
    const at::Tensor labels = base_(model, batch, draws).loss;
    const LearnedCost* cost = learned_cost(model);
    YS_CHECK(cost != nullptr && cost->macs().defined(), model.info().name);
    const at::Tensor excess = cost->macs() / kGiga - target_gmacs_;
    return labels + weight_ * excess * excess;
  }

 private:
  SupervisedLoss base_;
  double target_gmacs_;
  double weight_;
};

}  // namespace

void register_macs_budget(Registrar& registrar) {
  ObjectiveEntry entry;
  entry.name = "macs_budget";
  entry.summary = "learns labels within a budget of MACs; with a method as diffrate:learn=rates";
  entry.paper = {"DiffRate: Differentiable Compression Rate for Efficient Vision Transformers",
                 "2305.17997", 2023};
  entry.schema.number("target_gmacs", 0, "GMACs of one input to arrive at, as the method counts", 0)
      .number("weight", 5, "of the squared distance from it, in GMACs; small models need more", 0);
  SupervisedLoss::declare(entry.schema);
  entry.build = [](const Params& params) -> std::unique_ptr<Objective> {
    return std::make_unique<MacsBudget>(params);
  };
  registrar.add(std::move(entry));
}

}  // namespace yardstick
