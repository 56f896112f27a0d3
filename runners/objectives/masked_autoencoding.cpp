#include "runners/objectives/masked_autoencoding.h"

#include <yardstick/check.h>
#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>
#include <yardstick/objective.h>

#include <utility>

namespace yardstick {
namespace {

class MaskedAutoencoding final : public Objective {
 public:
  explicit MaskedAutoencoding(const Params& params) : ratio_(params.get<double>("mask_ratio")) {}

  std::optional<std::string> refusal(Model& model) const override {
    if (model.capability<MaskedPretrainer>() != nullptr) return std::nullopt;
    return "it does not learn from masked inputs";
  }

  at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) override {
    auto* pretrainer = model.capability<MaskedPretrainer>();
    YS_CHECK(pretrainer != nullptr, model.info().name);
    const at::Tensor noise =
        draws.uniform("mask", {batch.size(), pretrainer->mask_units()}, batch.input.device());
    const double ratio = ratio_ > 0 ? ratio_ : pretrainer->default_mask_ratio();
    return pretrainer->pretrain(batch.input, noise, ratio, /*tap=*/nullptr);
  }

 private:
  double ratio_;
};

}  // namespace

void register_masked_autoencoding(Registrar& registrar) {
  ObjectiveEntry entry;
  entry.name = "masked_autoencoding";
  entry.summary = "predicts removed parts of the input; for mae_* and other masked models";
  entry.paper = {"Masked Autoencoders Are Scalable Vision Learners", "2111.06377", 2021};
  entry.schema.number("mask_ratio", 0, "share of the input that is removed; 0: the model's own", 0,
                      0.999);
  entry.needs_targets = false;
  entry.trains_classifier = false;
  entry.build = [](const Params& params) -> std::unique_ptr<Objective> {
    return std::make_unique<MaskedAutoencoding>(params);
  };
  registrar.add(std::move(entry));
}

}  // namespace yardstick
