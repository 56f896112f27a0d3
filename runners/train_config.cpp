#include "runners/train_config.h"

#include "runners/data_settings.h"
#include "runners/train_runner.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace yardstick {
namespace {

constexpr std::int64_t kDerived = -1;

std::uint64_t seed_of(const Params& settings, std::string_view name, std::uint64_t index) {
  const std::int64_t own = settings.get<std::int64_t>(name);
  if (own != kDerived) return static_cast<std::uint64_t>(own);
  return derive_seed(static_cast<std::uint64_t>(settings.get<std::int64_t>("seed")), index);
}

}  // namespace

const ParamSchema& train_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.integer("epochs", 20, "passes over the training split", 1)
        .integer("batch_size", 64, "samples of one forward pass", 1)
        .integer("accumulate", 1, "forward passes an optimiser step", 1)
        .number("lr", 1e-3, "peak learning rate, as it is (not scaled by the batch)", 0)
        .number("min_lr", 1e-6, "learning rate at the end of the cosine", 0)
        .number("warmup_epochs", 2, "epochs of linear warm-up from 0", 0)
        .number("weight_decay", 0.05, "decoupled; not on norms, biases, position embeddings", 0)
        .number("beta1", 0.9, "AdamW: decay of the first moment", 0, 0.9999999)
        .number("beta2", 0.999, "AdamW: decay of the second moment", 0, 0.9999999)
        .number("label_smoothing", 0.1, "share of the target spread over all classes", 0, 0.999)
        .number("clip_grad_norm", 1.0, "largest norm of all gradients together; 0: off", 0)
        .text("precision", "fp32", "of matrix products; weights stay fp32",
              {"fp32", "bf16", "fp16"})
        .number("crop_scale_min", 0.08, "least area of a random crop; 1 turns crops off", 0.001, 1)
        .number("crop_scale_max", 1.0, "largest area of a random crop", 0.001, 1)
        .number("crop_ratio_min", 0.75, "least width / height of a random crop", 0.01, 100)
        .number("crop_ratio_max", 4.0 / 3.0, "largest width / height of a random crop", 0.01, 100)
        .number("flip", 0.5, "probability of a horizontal flip", 0, 1)
        .integer("seed", 0, "every source of randomness that has no seed of its own", 0)
        .integer("seed_shuffle", kDerived, "order of the samples; -1: from seed", kDerived)
        .integer("seed_augment", kDerived, "crops and flips; -1: from seed", kDerived)
        .integer("seed_model", kDerived, "drop path and dropout; -1: from seed", kDerived)
        .flag("deterministic", false, "deterministic algorithms only; a CPU needs no flag")
        .integer("threads", 0, "threads of one operator; 0: all cores", 0, 4096)
        .number("checkpoint_every_s", 60, "seconds between checkpoints; 0: off", 0)
        .integer("checkpoint_every_epochs", 1, "epochs between checkpoints; 0: off", 0)
        .integer("checkpoint_every_steps", 0, "optimiser steps between checkpoints; 0: off", 0)
        .integer("eval_every_epochs", 0, "epochs between evaluations; 0: after the last only", 0);
    declare_data_settings(settings);
    return settings;
  }();
  return schema;
}

TrainConfig train_config(const Params& settings, c10::Device device) {
  TrainConfig config;
  config.epochs = settings.get<std::int64_t>("epochs");
  config.batch_size = settings.get<std::int64_t>("batch_size");
  config.accumulate = settings.get<std::int64_t>("accumulate");
  config.schedule = {settings.get<double>("lr"), settings.get<double>("min_lr"),
                     settings.get<double>("warmup_epochs"), static_cast<double>(config.epochs)};
  config.weight_decay = settings.get<double>("weight_decay");
  config.beta1 = settings.get<double>("beta1");
  config.beta2 = settings.get<double>("beta2");
  config.label_smoothing = settings.get<double>("label_smoothing");
  config.clip_grad_norm = settings.get<double>("clip_grad_norm");
  config.precision = precision_from_string(settings.get<std::string>("precision"));
  config.is_deterministic = settings.get<bool>("deterministic");
  config.threads = settings.get<std::int64_t>("threads");
  config.seed_shuffle = seed_of(settings, "seed_shuffle", 0);
  config.seed_augment = seed_of(settings, "seed_augment", 1);
  config.seed_model = seed_of(settings, "seed_model", 2);
  config.augmentation.min_scale = settings.get<double>("crop_scale_min");
  config.augmentation.max_scale = settings.get<double>("crop_scale_max");
  config.augmentation.min_ratio = settings.get<double>("crop_ratio_min");
  config.augmentation.max_ratio = settings.get<double>("crop_ratio_max");
  config.augmentation.random_resized_crop = config.augmentation.min_scale < 1;
  config.augmentation.flip_probability = settings.get<double>("flip");
  config.checkpoint_every_s = settings.get<double>("checkpoint_every_s");
  config.checkpoint_every_epochs = settings.get<std::int64_t>("checkpoint_every_epochs");
  config.checkpoint_every_steps = settings.get<std::int64_t>("checkpoint_every_steps");
  config.eval_every_epochs = settings.get<std::int64_t>("eval_every_epochs");

  if (config.schedule.warmup_epochs >= config.schedule.epochs) {
    throw_user(concat("warmup_epochs is ", config.schedule.warmup_epochs, " and epochs only ",
                      config.epochs),
               "warm up for less than the whole training");
  }
  if (config.schedule.min_lr > config.schedule.lr) {
    throw_user(concat("min_lr ", config.schedule.min_lr, " is above lr ", config.schedule.lr));
  }
  if (config.augmentation.min_scale > config.augmentation.max_scale) {
    throw_user("crop_scale_min is above crop_scale_max");
  }
  if (config.augmentation.min_ratio > config.augmentation.max_ratio) {
    throw_user("crop_ratio_min is above crop_ratio_max");
  }
  if (config.precision == Precision::kFp16 && device.is_cpu()) {
    throw_user("training in fp16 takes a GPU", "on a CPU use fp32 or bf16");
  }
  return config;
}

bool decides_result(const std::string& setting) {
  static constexpr std::array<std::string_view, 6> kFree = {"threads",
                                                            "workers",
                                                            "checkpoint_every_s",
                                                            "checkpoint_every_epochs",
                                                            "checkpoint_every_steps",
                                                            "eval_every_epochs"};
  return std::find(kFree.begin(), kFree.end(), setting) == kFree.end();
}

}  // namespace yardstick
