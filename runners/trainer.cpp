#include "runners/trainer.h"

#include "runners/evaluation.h"
#include "runners/gradients.h"
#include "runners/model_classes.h"
#include "runners/module_access.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace yardstick {
namespace {

constexpr double kReadIntervalSeconds = 0.25;

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t steps_an_epoch(const BatchSource& source, const TrainConfig& config) {
  const std::int64_t steps = source.batches() / config.accumulate;
  if (steps == 0) {
    throw_user(concat("the training split has ", source.size(), " samples, fewer than one step of ",
                      config.batch_size, " x ", config.accumulate),
               "lower batch_size or accumulate");
  }
  return steps;
}

}  // namespace

LossTracker::LossTracker(c10::Device device)
    : sum_(at::zeros({}, at::TensorOptions(device).dtype(at::kDouble))),
      last_(at::zeros({}, at::TensorOptions(device).dtype(at::kDouble))),
      bad_step_(at::full({}, -1, at::TensorOptions(device).dtype(at::kLong))) {}

void LossTracker::add(const at::Tensor& loss, std::int64_t step) {
  last_ = loss.to(at::kDouble);
  sum_ = sum_ + last_;
  const at::Tensor is_first_bad = at::isfinite(last_).logical_not().logical_and(bad_step_ < 0);
  bad_step_ = at::where(is_first_bad, at::full_like(bad_step_, step), bad_step_);
}

void LossTracker::begin_epoch(double sum_so_far) { sum_ = at::full_like(sum_, sum_so_far); }

double LossTracker::sum() const { return sum_.item<double>(); }
double LossTracker::last() const { return last_.item<double>(); }

std::optional<std::int64_t> LossTracker::first_non_finite_step() const {
  const auto step = bad_step_.item<std::int64_t>();
  if (step < 0) return std::nullopt;
  return step;
}

Trainer::Trainer(const Training& training, const TrainConfig& config, DeviceBackend& device,
                 ProgressListener& progress, StopRequested stop, Hooks hooks)
    : model_(training.model),
      objective_(training.objective),
      trains_classifier_(training.trains_classifier),
      source_(training.source),
      config_(config),
      device_(device),
      listener_(progress),
      stop_(std::move(stop)),
      hooks_(std::move(hooks)),
      steps_per_epoch_(steps_an_epoch(training.source, config)),
      optimizer_(
          make_optimizer(config.optimizer,
                         make_param_groups(parameters_of(training.model.module()), config.groups))),
      losses_(device.device()) {
  if (config.precision == Precision::kFp16) {
    scaler_.emplace(device.device(), LossScaler::Options{});
  }
  if (config.ema) averages_.emplace(model_.module(), *config.ema);
}

void Trainer::restore(const TrainCheckpoint& checkpoint) {
  const LoadReport report =
      load_state(model_.module(), without_prefix("model.", checkpoint.tensors));
  require_complete(report, "checkpoint");
  optimizer_->load(without_prefix("optimizer.", checkpoint.tensors));
  if (scaler_) scaler_->load(without_prefix("scaler.", checkpoint.tensors));
  if (averages_) averages_->load(without_prefix("ema.", checkpoint.tensors));
  state_ = checkpoint.progress;
  earlier_seconds_ = state_.seconds;
  earlier_images_ = state_.images;
}

Trainer::End Trainer::run() {
  session_start_s_ = last_save_s_ = last_read_s_ = now_s();
  while (state_.epoch < config_.epochs) {
    const End end = run_epoch();
    if (end != End::kFinished) return end;
  }
  if (!state_.is_finished) {
    state_.is_finished = true;
    save();
  }
  return End::kFinished;
}

void Trainer::adopt_averages() {
  if (averages_) averages_->exchange();
}

Trainer::End Trainer::run_epoch() {
  set_mode(model_.module(), ModuleMode::kTrain);
  losses_.begin_epoch(state_.loss_sum);
  if (state_.step_in_epoch < steps_per_epoch_) {
    source_.begin_epoch(state_.epoch, state_.step_in_epoch * config_.accumulate);
  }
  while (state_.step_in_epoch < steps_per_epoch_ && run_step()) {
    if (read_losses_is_due()) {
      if (losses_.first_non_finite_step()) return End::kDiverged;
      report();
    }
    if (stop_ && stop_()) {
      if (losses_.first_non_finite_step()) return End::kDiverged;
      save();
      return End::kStopped;
    }
    save_if_due();
  }
  if (losses_.first_non_finite_step()) return End::kDiverged;
  finish_epoch();
  return End::kFinished;
}

bool Trainer::run_step() {
  const at::AutoGradMode with_gradients(true);
  seed_generators(device_.device(),
                  derive_seed(config_.seed_model, static_cast<std::uint64_t>(state_.step)));
  StepDraws draws(config_.seed_model, state_.step);
  at::Tensor loss;
  for (std::int64_t i = 0; i < config_.accumulate; ++i) {
    const std::optional<Batch> batch = source_.next();
    if (!batch) break;
    const at::Tensor part = accumulate_gradients(*batch, draws);
    loss = loss.defined() ? loss + part : part;
    state_.images += batch->size();
  }
  if (!loss.defined()) return false;

  update_weights();
  ++state_.step_in_epoch;
  ++state_.step;
  losses_.add(loss, state_.step);
  return true;
}

void Trainer::update_weights() {
  const std::vector<at::Tensor> gradients = gradients_of(optimizer_->groups());
  if (scaler_) scaler_->unscale(gradients);
  if (config_.clip.limit > 0) {
    switch (config_.clip.mode) {
      case ClipMode::kNorm:
        clip_gradient_norm(gradients, config_.clip.limit);
        break;
      case ClipMode::kValue:
        clip_gradient_value(gradients, config_.clip.limit);
        break;
      case ClipMode::kAdaptive:
        clip_gradient_adaptively(optimizer_->groups(), config_.clip.limit);
        break;
    }
  }
  // As in MAE: of all batches of the epoch, those that make no full step included.
  const double epoch = static_cast<double>(state_.epoch) +
                       static_cast<double>(state_.step_in_epoch * config_.accumulate) /
                           static_cast<double>(source_.batches());
  optimizer_->step(config_.schedule.at(epoch), scaler_ ? scaler_->found_inf() : at::Tensor());
  if (scaler_) scaler_->update();
  clear_gradients(model_.module());
  if (averages_) {
    averages_->update(config_.ema->use_warmup ? std::optional(state_.step) : std::nullopt);
  }
}

at::Tensor Trainer::accumulate_gradients(const Batch& loaded, StepDraws& draws) {
  const Batch batch = batch_to(loaded, device_.device(), at::kFloat);
  // A head of the wrong size is told before the loss stumbles over a label that is out of range.
  if (state_.step == 0 && trains_classifier_) check_classes(model_classes(model_, batch), source_);
  at::Tensor loss;
  {
    const AutocastScope autocast(device_.device().type(), config_.precision);
    const DrawsScope scope(draws);
    loss = objective_.loss(model_, batch, draws);
  }
  loss = loss.to(at::kFloat) / static_cast<double>(config_.accumulate);
  (scaler_ ? scaler_->scale(loss) : loss).backward();
  return loss.detach();
}

bool Trainer::read_losses_is_due() const {
  return device_.device().is_cpu() || now_s() - last_read_s_ >= kReadIntervalSeconds;
}

double Trainer::session_seconds() const { return now_s() - session_start_s_; }

void Trainer::report() {
  last_read_s_ = now_s();
  listener_.update(
      {.stage = "train",
       .done = state_.step,
       .total = steps_per_epoch_ * config_.epochs,
       .epoch = state_.epoch + 1,
       .epochs = config_.epochs,
       .items_per_s = static_cast<double>(state_.images - earlier_images_) / session_seconds(),
       .loss = losses_.last()});
}

void Trainer::save_if_due() {
  const bool time_is_up =
      config_.checkpoint_every_s > 0 && now_s() - last_save_s_ >= config_.checkpoint_every_s;
  const bool steps_are_up =
      config_.checkpoint_every_steps > 0 && state_.step % config_.checkpoint_every_steps == 0;
  // A broken state must never replace a sound checkpoint.
  if ((time_is_up || steps_are_up) && !losses_.first_non_finite_step()) save();
}

void Trainer::save() {
  state_.loss_sum = losses_.sum();
  state_.seconds = earlier_seconds_ + session_seconds();
  TrainCheckpoint checkpoint;
  checkpoint.tensors = with_prefix("model.", state_of(model_.module()));
  checkpoint.tensors.merge(with_prefix("optimizer.", optimizer_->state()));
  if (scaler_) checkpoint.tensors.merge(with_prefix("scaler.", scaler_->state()));
  if (averages_) checkpoint.tensors.merge(with_prefix("ema.", averages_->state()));
  checkpoint.progress = state_;
  hooks_.save(std::move(checkpoint));
  last_save_s_ = now_s();
}

std::string Trainer::evaluate() {
  const double before_s = now_s();
  if (averages_) averages_->exchange();
  const auto [line, value] = hooks_.evaluate();
  if (averages_) averages_->exchange();
  if (value) {
    const double best = state_.best_metric.value_or(*value);
    state_.best_metric = trains_classifier_ ? std::max(best, *value) : std::min(best, *value);
  }
  session_start_s_ += now_s() - before_s;
  return line;
}

void Trainer::finish_epoch() {
  const std::int64_t steps = state_.step_in_epoch;
  state_.last_epoch_loss = steps > 0 ? losses_.sum() / static_cast<double>(steps) : 0;
  ++state_.epoch;
  state_.step_in_epoch = 0;
  state_.loss_sum = 0;
  losses_.begin_epoch(0);
  state_.seconds = earlier_seconds_ + session_seconds();

  std::string evaluated;
  if (hooks_.evaluate && config_.eval_every_epochs > 0 && state_.epoch < config_.epochs &&
      state_.epoch % config_.eval_every_epochs == 0) {
    evaluated = evaluate();
  }
  char line[160];
  std::snprintf(line, sizeof line, "epoch %lld/%lld  loss %.4f  %.1f images/s",
                static_cast<long long>(state_.epoch), static_cast<long long>(config_.epochs),
                state_.last_epoch_loss,
                static_cast<double>(state_.images - earlier_images_) / session_seconds());
  listener_.milestone(line + evaluated);

  if (config_.checkpoint_every_epochs > 0 && state_.epoch < config_.epochs &&
      state_.epoch % config_.checkpoint_every_epochs == 0) {
    save();
  }
}

}  // namespace yardstick
