#include "runners/data_settings.h"
#include "runners/train_runner.h"

namespace yardstick {
namespace {

constexpr std::int64_t kDerived = -1;

void declare_optimisation(ParamSchema& settings) {
  settings.integer("epochs", 20, "passes over the training split", 1)
      .integer("batch_size", 64, "samples of one forward pass", 1)
      .integer("accumulate", 1, "forward passes an optimiser step", 1)
      .number("lr", 1e-3, "peak learning rate, as it is (not scaled by the batch)", 0)
      .number("base_lr", 0,
              "peak learning rate for 256 samples a step: lr = base_lr * batch_size * accumulate / "
              "256; 0: lr as it is",
              0)
      .number("min_lr", 1e-6, "learning rate at the end of the cosine", 0)
      .number("warmup_epochs", 2, "epochs of linear warm-up", 0)
      .number("warmup_lr", 0, "where the warm-up starts, with schedule timm or slowfast", 0)
      .text("schedule", "mae",
            "whose cosine: MAE's, timm's (entered behind the warm-up), PySlowFast's",
            {"mae", "timm", "slowfast"})
      .flag("lr_per_epoch", false, "hold the rate for a whole epoch, as DeiT and timm do")
      .text("optimizer", "adamw", "lars is MAE's, timm_lars timm's",
            {"adamw", "sgd", "lars", "timm_lars", "lamb", "adan"})
      .number("beta1", 0.9, "adamw, lamb: decay of the first moment", 0, 0.9999999)
      .number("beta2", 0.999, "adamw, lamb: decay of the second moment", 0, 0.9999999)
      .number("momentum", 0.9, "sgd, lars, timm_lars: decay of the momentum", 0, 0.9999999)
      .number("weight_decay", 0.05, "decoupled where the optimiser's is; group_rule says on what",
              0)
      .number("layer_decay", 1, "learning rate of a layer to that of the layer above; 1: off", 1e-6,
              1)
      .text("group_rule", "plain",
            "which parameters decay, and what a layer is: plain spares norms, biases, position "
            "embeddings and tokens",
            {"plain", "mae", "mae_st", "mae_pretrain", "timm", "slowfast"})
      .number("clip_grad", 1.0, "limit of the gradients, see clip_mode; 0: off", 0)
      .text(
          "clip_mode", "norm",
          "what is limited: the norm of all gradients together, each value, or each row's norm to "
          "that of its weights (adaptive)",
          {"norm", "value", "adaptive"})
      .number("ema_decay", 0,
              "moving average of the weights, which is then evaluated and written; 0: off", 0,
              0.9999999)
      .flag("ema_warmup", false, "let ema_decay rise from 0 as timm's warm-up does")
      .text("precision", "fp32", "of matrix products; weights stay fp32", {"fp32", "bf16", "fp16"});
}

void declare_augmentation(ParamSchema& settings) {
  settings
      .number("crop_scale_min", 0.08, "least area of a random crop; 1 turns crops off", 0.001, 1)
      .number("crop_scale_max", 1.0, "largest area of a random crop", 0.001, 1)
      .number("crop_ratio_min", 0.75, "least width / height of a random crop", 0.01, 100)
      .number("crop_ratio_max", 4.0 / 3.0, "largest width / height of a random crop", 0.01, 100)
      .text("crop_rule", "timm", "how a random crop is drawn; one_try is MAE's linear probe's",
            {"timm", "torchvision", "one_try"})
      .text("train_interpolation", "as_eval", "resampling of crops and of RandAugment",
            {"as_eval", "bilinear", "bicubic", "random"})
      .number("flip", 0.5, "probability of a horizontal flip", 0, 1)
      .text("rand_augment", "", "RandAugment as timm writes it, rand-m9-mstd0.5-inc1; empty: off")
      .number("erase_probability", 0, "probability that a sample gets random erasing", 0, 1)
      .text("erase_mode", "pixel", "what erasing fills with: 0, one normal draw, one a pixel",
            {"const", "rand", "pixel"})
      .integer("erase_max_count", 1, "most blocks that erasing takes out of a sample", 1, 1000)
      .integer("repeats", 1,
               "times that a sample comes in a row, changed anew; an epoch keeps its length", 1,
               1000)
      .integer("samples_per_class", 0, "train on this many samples of each class; 0: all", 0)
      .integer("subset_seed", 0, "which samples samples_per_class takes; of no other seed", 0);
}

void declare_running(ParamSchema& settings) {
  settings.integer("seed", 0, "every source of randomness that has no seed of its own", 0)
      .integer("seed_shuffle", kDerived, "order of the samples; -1: from seed", kDerived)
      .integer("seed_augment", kDerived, "crops, flips and the like; -1: from seed", kDerived)
      .integer("seed_model", kDerived, "drop path, dropout, masks and mixing; -1: from seed",
               kDerived)
      .flag("deterministic", false, "deterministic algorithms only; a CPU needs no flag")
      .integer("threads", 0, "threads of one operator; 0: all cores", 0, 4096)
      .number("checkpoint_every_s", 60, "seconds between checkpoints; 0: off", 0)
      .integer("checkpoint_every_epochs", 1, "epochs between checkpoints; 0: off", 0)
      .integer("checkpoint_every_steps", 0, "optimiser steps between checkpoints; 0: off", 0)
      .integer("eval_every_epochs", 0, "epochs between evaluations; 0: after the last only", 0);
}

}  // namespace

const ParamSchema& train_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    declare_optimisation(settings);
    declare_augmentation(settings);
    declare_running(settings);
    declare_data_settings(settings);
    return settings;
  }();
  return schema;
}

}  // namespace yardstick
