#include "models/golden/pretraining.h"

#include "models/golden/case_input.h"
#include "models/golden/wanted_activations.h"

#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>

#include <torch/nn/module.h>

#include <utility>

namespace yardstick {

void require_pretraining_entry(const GoldenCase& golden) {
  if (golden.entry == "pretrain" && golden.method == "masked_autoencoding") return;
  throw_data(concat("case ", golden.name, ": family ", golden.family, " does not compute entry ",
                    golden.entry, " with method \"", golden.method, "\""),
             concat("of ", golden.constructor, " it computes pretrain with masked_autoencoding"));
}

TensorMap compute_pretraining(Model& model, const GoldenCase& golden) {
  auto* pretrainer = model.capability<MaskedPretrainer>();
  if (pretrainer == nullptr) {
    throw_data(
        concat("case ", golden.name, ": ", golden.constructor, " has no masked pre-training"));
  }
  const auto noise = golden.inputs.find("noise");
  if (noise == golden.inputs.end()) throw_data(concat("case ", golden.name, " has no in.noise"));
  const double mask_ratio =
      golden.method_arguments.number("mask_ratio", pretrainer->default_mask_ratio());

  model.module().train(golden.mode == "train");
  WantedActivations tap(golden.wanted);
  const at::Tensor loss =
      pretrainer->pretrain(case_pixels(golden), noise->second, mask_ratio, &tap);
  TensorMap results = std::move(tap).take();
  results["loss"] = loss;
  return results;
}

}  // namespace yardstick
