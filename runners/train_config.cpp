#include "runners/train_config.h"

#include "runners/data_settings.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace yardstick {
namespace {

std::uint64_t seed_of(const Params& settings, std::string_view name, std::uint64_t index) {
  const std::int64_t own = settings.get<std::int64_t>(name);
  if (own >= 0) return static_cast<std::uint64_t>(own);
  return derive_seed(static_cast<std::uint64_t>(settings.get<std::int64_t>("seed")), index);
}

bool is_given(const Params& settings, std::string_view name) {
  return settings.origin(name) != ParamOrigin::kDefault;
}

// A value that nothing reads would be a recipe that is not what it says.
void refuse_unused(const Params& settings, const std::string& optimizer,
                   const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    if (is_given(settings, name)) {
      throw_user(concat(name, " is given, and ", optimizer, " has none"),
                 concat("leave ", name, " out, or choose another optimizer"));
    }
  }
}

OptimizerConfig optimizer_of(const Params& settings) {
  const auto name = settings.get<std::string>("optimizer");
  const auto beta1 = settings.get<double>("beta1");
  const auto beta2 = settings.get<double>("beta2");
  const auto momentum = settings.get<double>("momentum");
  if (name == "adamw" || name == "lamb") refuse_unused(settings, name, {"momentum"});
  if (name == "sgd" || name == "lars" || name == "timm_lars") {
    refuse_unused(settings, name, {"beta1", "beta2"});
  }
  if (name == "sgd") return SgdOptions{.momentum = momentum};
  if (name == "lars") return LarsOptions{.momentum = momentum};
  if (name == "timm_lars") return TimmLarsOptions{.momentum = momentum};
  if (name == "lamb") return LambOptions{.beta1 = beta1, .beta2 = beta2};
  if (name == "adan") {
    // Its three betas weigh other things than Adam's two.
    refuse_unused(settings, name, {"momentum", "beta1", "beta2"});
    return AdanOptions{};
  }
  return AdamwOptions{.beta1 = beta1, .beta2 = beta2};
}

GroupRule rule_of(const std::string& name) {
  if (name == "mae") return GroupRule::kMae;
  if (name == "mae_st") return GroupRule::kMaeSt;
  if (name == "mae_pretrain") return GroupRule::kMaePretrain;
  if (name == "timm") return GroupRule::kTimm;
  if (name == "slowfast") return GroupRule::kSlowFast;
  return GroupRule::kPlain;
}

GroupOptions groups_of(const Params& settings) {
  GroupOptions groups;
  groups.weight_decay = settings.get<double>("weight_decay");
  groups.layer_decay = settings.get<double>("layer_decay");
  groups.rule = rule_of(settings.get<std::string>("group_rule"));
  // What the official models list as free of decay; each has some of them. MAE's pre-training
  // passes no list.
  if (groups.rule != GroupRule::kMaePretrain) {
    groups.spared = {"cls_token",       "dist_token",        "reg_token",         "pos_embed",
                     "pos_embed_class", "pos_embed_spatial", "pos_embed_temporal"};
  }
  return groups;
}

double peak_lr(const Params& settings, std::int64_t samples_a_step) {
  const auto base = settings.get<double>("base_lr");
  if (base == 0) return settings.get<double>("lr");
  if (is_given(settings, "lr") && settings.origin("lr") >= settings.origin("base_lr")) {
    if (settings.origin("lr") > settings.origin("base_lr")) return settings.get<double>("lr");
    throw_user("lr and base_lr are both given",
               "base_lr is scaled by the batch, lr is not: give one");
  }
  return scaled_lr(base, samples_a_step);
}

LrSchedule schedule_of(const Params& settings, std::int64_t samples_a_step) {
  LrSchedule schedule;
  schedule.lr = peak_lr(settings, samples_a_step);
  schedule.min_lr = settings.get<double>("min_lr");
  schedule.warmup_epochs = settings.get<double>("warmup_epochs");
  schedule.epochs = static_cast<double>(settings.get<std::int64_t>("epochs"));
  const auto rule = settings.get<std::string>("schedule");
  if (rule == "timm") schedule.rule = LrRule::kTimmCosine;
  if (rule == "slowfast") {
    schedule.rule = LrRule::kSlowfastCosine;
    schedule.is_cosine_after_warmup = true;
  }
  schedule.warmup_lr = settings.get<double>("warmup_lr");
  schedule.is_per_epoch = settings.get<bool>("lr_per_epoch");

  if (schedule.rule == LrRule::kMaeCosine && schedule.warmup_lr > 0) {
    throw_user("warmup_lr is given, and MAE's warm-up starts at 0",
               "leave it out, or choose schedule timm or slowfast");
  }
  if (schedule.warmup_epochs >= schedule.epochs) {
    throw_user(
        concat("warmup_epochs is ", schedule.warmup_epochs, " and epochs only ", schedule.epochs),
        "warm up for less than the whole training");
  }
  if (schedule.min_lr > schedule.lr) {
    throw_user(concat("min_lr ", schedule.min_lr, " is above lr ", schedule.lr));
  }
  return schedule;
}

GradientClip clip_of(const Params& settings) {
  const auto mode = settings.get<std::string>("clip_mode");
  return {mode == "value"      ? ClipMode::kValue
          : mode == "adaptive" ? ClipMode::kAdaptive
                               : ClipMode::kNorm,
          settings.get<double>("clip_grad")};
}

std::optional<EmaOptions> ema_of(const Params& settings) {
  const auto decay = settings.get<double>("ema_decay");
  if (decay == 0) return std::nullopt;
  EmaOptions ema;
  ema.decay = decay;
  ema.use_warmup = settings.get<bool>("ema_warmup");
  return ema;
}

Augmentation augmentation_of(const Params& settings) {
  Augmentation augmentation;
  augmentation.min_scale = settings.get<double>("crop_scale_min");
  augmentation.max_scale = settings.get<double>("crop_scale_max");
  augmentation.min_ratio = settings.get<double>("crop_ratio_min");
  augmentation.max_ratio = settings.get<double>("crop_ratio_max");
  augmentation.random_resized_crop = augmentation.min_scale < 1;
  augmentation.crop_rule = crop_rule_from_string(settings.get<std::string>("crop_rule"));
  augmentation.interpolation =
      train_interpolation_from_string(settings.get<std::string>("train_interpolation"));
  augmentation.flip_probability = settings.get<double>("flip");
  augmentation.rand_augment = settings.get<std::string>("rand_augment");
  augmentation.erase_probability = settings.get<double>("erase_probability");
  augmentation.erase_mode = erase_mode_from_string(settings.get<std::string>("erase_mode"));
  augmentation.erase_max_count = settings.get<std::int64_t>("erase_max_count");
  augmentation.repeats = settings.get<std::int64_t>("repeats");
  if (augmentation.min_scale > augmentation.max_scale) {
    throw_user("crop_scale_min is above crop_scale_max");
  }
  if (augmentation.min_ratio > augmentation.max_ratio) {
    throw_user("crop_ratio_min is above crop_ratio_max");
  }
  return augmentation;
}

}  // namespace

TrainConfig train_config(const Params& settings, c10::Device device) {
  TrainConfig config;
  config.epochs = settings.get<std::int64_t>("epochs");
  config.batch_size = settings.get<std::int64_t>("batch_size");
  config.accumulate = settings.get<std::int64_t>("accumulate");
  config.optimizer = optimizer_of(settings);
  config.groups = groups_of(settings);
  config.schedule = schedule_of(settings, config.batch_size * config.accumulate);
  config.clip = clip_of(settings);
  config.ema = ema_of(settings);
  config.precision = precision_from_string(settings.get<std::string>("precision"));
  config.is_deterministic = settings.get<bool>("deterministic");
  config.threads = settings.get<std::int64_t>("threads");
  config.seed_shuffle = seed_of(settings, "seed_shuffle", 0);
  config.seed_augment = seed_of(settings, "seed_augment", 1);
  config.seed_model = seed_of(settings, "seed_model", 2);
  config.augmentation = augmentation_of(settings);
  config.low_shot = {settings.get<std::int64_t>("samples_per_class"),
                     static_cast<std::uint64_t>(settings.get<std::int64_t>("subset_seed"))};
  config.checkpoint_every_s = settings.get<double>("checkpoint_every_s");
  config.checkpoint_every_epochs = settings.get<std::int64_t>("checkpoint_every_epochs");
  config.checkpoint_every_steps = settings.get<std::int64_t>("checkpoint_every_steps");
  config.eval_every_epochs = settings.get<std::int64_t>("eval_every_epochs");
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
