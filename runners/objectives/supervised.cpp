#include "runners/objectives/supervised.h"

#include "runners/model_classes.h"

#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>

#include <utility>

namespace yardstick {
namespace {

MixupMode mode_from(const std::string& name) {
  if (name == "pair") return MixupMode::kPair;
  if (name == "elem") return MixupMode::kElem;
  if (name == "half") return MixupMode::kHalf;
  return MixupMode::kBatch;
}

[[noreturn]] void refuse_without_logits(const Model& model) {
  throw_data(concat(model.info().name, " computes no logits to learn labels with"),
             "build it with classes, or choose another objective");
}

class Supervised final : public Objective {
 public:
  explicit Supervised(const Params& params) : loss_(params) {}

  std::optional<std::string> refusal(Model& model) const override {
    return SupervisedLoss::refusal(model);
  }

  at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) override {
    return loss_(model, batch, draws).loss;
  }

 private:
  SupervisedLoss loss_;
};

}  // namespace

void SupervisedLoss::declare(ParamSchema& schema) {
  schema.text("loss", "ce", "cross entropy, or binary cross entropy of each class", {"ce", "bce"})
      .number("label_smoothing", 0.1, "share of the target spread over all classes", 0, 0.999)
      .number("mixup", 0, "alpha of mixup's Beta distribution; 0: off", 0)
      .number("cutmix", 0, "alpha of CutMix's Beta distribution; 0: off", 0)
      .number("mixup_prob", 1, "probability that a batch is mixed at all", 0, 1)
      .number("mixup_switch_prob", 0.5, "probability of CutMix where both are on", 0, 1)
      .text("mixup_mode", "batch",
            "what shares one draw: the batch, a pair, nothing; half: two to one",
            {"batch", "pair", "elem", "half"})
      .text("cutmix_box", "lower",
            "half that an odd side loses: lower as in MAE, DeiT and PySlowFast", {"lower", "upper"})
      .number("bce_threshold", -1, "bce: targets above it count as 1, others as 0; -1: as they are",
              -1, 1)
      .flag("bce_sum", false, "bce: sum over the classes, instead of their mean");
}

SupervisedLoss::SupervisedLoss(const Params& params)
    : is_bce_(params.get<std::string>("loss") == "bce") {
  mixup_.mixup_alpha = params.get<double>("mixup");
  mixup_.cutmix_alpha = params.get<double>("cutmix");
  mixup_.probability = params.get<double>("mixup_prob");
  mixup_.switch_probability = params.get<double>("mixup_switch_prob");
  mixup_.mode = mode_from(params.get<std::string>("mixup_mode"));
  mixup_.box_rule =
      params.get<std::string>("cutmix_box") == "upper" ? BoxRule::kUpperHalf : BoxRule::kLowerHalf;
  mixup_.label_smoothing = bce_.smoothing = params.get<double>("label_smoothing");
  const auto threshold = params.get<double>("bce_threshold");
  if (threshold >= 0) bce_.threshold = threshold;
  bce_.sum_classes = params.get<bool>("bce_sum");
}

std::optional<std::string> SupervisedLoss::refusal(Model& model) {
  const bool is_classifier = model.capability<MaskedPretrainer>() == nullptr ||
                             model.capability<ReplaceableHead>() != nullptr;
  if (is_classifier) return std::nullopt;
  return "it pre-trains and has no classifier; train it with masked_autoencoding";
}

Batch SupervisedLoss::mixed(Model& model, const Batch& batch, RandomDraws& draws) {
  if (mixup_.classes == 0) {
    const std::optional<std::int64_t> classes = model_classes(model, batch);
    if (!classes) refuse_without_logits(model);
    mixup_.classes = *classes;
  }
  const at::Tensor& input = batch.input;
  const auto drawn = draw_mixup(mixup_, {batch.size(), input.size(-2), input.size(-1)}, draws);
  MixedBatch result = mix(input, batch.targets, mixup_, drawn);
  return {std::move(result.images), std::move(result.targets), batch.indices};
}

at::Tensor SupervisedLoss::loss_of(const at::Tensor& logits, const at::Tensor& targets) const {
  if (is_bce_) return binary_loss(logits, targets, bce_);
  if (targets.is_floating_point()) return soft_target_loss(logits, targets);
  return classification_loss(logits, targets, mixup_.label_smoothing);
}

SupervisedLoss::Result SupervisedLoss::operator()(Model& model, const Batch& batch,
                                                  RandomDraws& draws) {
  const Batch seen = mixup_.is_on() ? mixed(model, batch, draws) : batch;
  at::Tensor logits = model.forward(seen).logits;
  if (!logits.defined()) refuse_without_logits(model);
  at::Tensor loss = loss_of(logits, seen.targets);
  return {seen.input, std::move(logits), std::move(loss)};
}

void register_supervised(Registrar& registrar) {
  ObjectiveEntry entry;
  entry.name = "supervised";
  entry.summary = "learns the labels: cross entropy or its binary form, mixup and CutMix";
  SupervisedLoss::declare(entry.schema);
  entry.build = [](const Params& params) -> std::unique_ptr<Objective> {
    return std::make_unique<Supervised>(params);
  };
  registrar.add(std::move(entry));
}

}  // namespace yardstick
