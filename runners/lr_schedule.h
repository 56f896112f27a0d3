#pragma once

#include <cstdint>

namespace yardstick {

enum class LrRule {
  kMaeCosine,       // MAE and MAE-ST adjust_learning_rate: warm-up from 0, then the whole cosine
  kTimmCosine,      // timm CosineLRScheduler: cycles; warm-up cut out of the cosine unless prefixed
  kSlowfastCosine,  // PySlowFast: warm-up from warmup_lr to the cosine's value at its end
};

// Linear warm-up, then half a cosine from `lr` down to `min_lr`. The clock is a fractional epoch,
// read before each optimiser step. (MAE, arXiv 2111.06377, appendix A.1: the first step of a
// warm-up has rate 0.) A parameter group multiplies the result by its lr_scale, min_lr included.
struct LrSchedule {
  double lr = 0;
  double min_lr = 0;
  double warmup_epochs = 0;
  double epochs = 0;  // kTimmCosine: of the first cycle

  LrRule rule = LrRule::kMaeCosine;
  double warmup_lr = 0;  // where the warm-up starts; kMaeCosine: 0 whatever is here
  // Reads the clock rounded down: timm's and DeiT's rate stands still for an epoch.
  bool is_per_epoch = false;
  // kTimmCosine: the cosine begins after the warm-up and ends that much later. Without, it is
  // entered in the middle, so the rate jumps down from the warm-up's line.
  bool is_warmup_prefix = false;
  double cycle_mul = 1;    // kTimmCosine: length of a cycle to the one before
  double cycle_decay = 1;  // kTimmCosine: peak of a cycle to the one before
  std::int64_t cycle_limit = 1;
  double k_decay = 1;                   // kTimmCosine: exponent of the clock (arXiv 2004.05909)
  bool is_cosine_after_warmup = false;  // kSlowfastCosine: COSINE_AFTER_WARMUP

  // The rate at `epoch` >= 0. Past the end MAE's and PySlowFast's rise again, timm's stays min_lr.
  double at(double epoch) const;

  // Epochs until the rate stays at its end: cycles, and a prefixed warm-up.
  double length() const;
};

// lr = blr * batch_size * accumulate * world_size * repeated augmentation / 256 (linear scaling
// rule, arXiv 1706.02677, as MAE and MAE-ST fine-tuning apply it; MAE-ST's pre-training leaves out
// the repetitions). `samples` is that product: samples of an optimiser step.
double scaled_lr(double base_lr, std::int64_t samples);

}  // namespace yardstick
