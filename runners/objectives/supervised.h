#pragma once

#include "runners/losses.h"
#include "runners/mixup.h"

#include <yardstick/registry.h>

namespace yardstick {

// The loss of a classifier against the labels of its batch: cross entropy with label smoothing, or
// binary cross entropy (ResNet strikes back, arXiv 2110.00476), on samples mixed by mixup and
// CutMix where those are on (draws "mixup").
class SupervisedLoss {
 public:
  // Declares the parameters that the constructor reads: loss, label_smoothing, mixup, cutmix, ...
  static void declare(ParamSchema& schema);
  explicit SupervisedLoss(const Params& params);

  struct Result {
    at::Tensor input;   // as the model saw it, mixed
    at::Tensor logits;  // [N, classes], in the type that the model gave
    at::Tensor loss;    // scalar
  };
  // One forward pass. Throws Data where the model gives no logits, User where an odd batch is to be
  // mixed.
  Result operator()(Model& model, const Batch& batch, RandomDraws& draws);

  // Why `model` cannot be trained so, or nothing.
  static std::optional<std::string> refusal(Model& model);

 private:
  Batch mixed(Model& model, const Batch& batch, RandomDraws& draws);
  at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& targets) const;

  MixupConfig mixup_;
  BceOptions bce_;
  bool is_bce_;
};

// "supervised": SupervisedLoss alone.
void register_supervised(Registrar& registrar);

}  // namespace yardstick
