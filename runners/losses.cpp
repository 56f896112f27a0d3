#include "runners/losses.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <vector>

namespace yardstick {
namespace {

// Of labels [N] for logits [N, classes].
at::Tensor smoothed_one_hot(const at::Tensor& labels, const at::Tensor& logits, double smoothing) {
  const double off = smoothing / static_cast<double>(logits.size(1));
  return at::full(logits.sizes(), off, logits.options().requires_grad(false))
      .scatter_(1, labels.unsqueeze(1), 1.0 - smoothing + off);
}

at::Tensor elementwise_bce(const at::Tensor& logits, const at::Tensor& targets,
                           const at::Tensor& weight, const at::Tensor& positive_weight) {
  return at::binary_cross_entropy_with_logits(logits, targets, weight, positive_weight,
                                              at::Reduction::None);
}

}  // namespace

at::Tensor classification_loss(const at::Tensor& logits, const at::Tensor& targets,
                               double label_smoothing) {
  constexpr std::int64_t kIgnored = -1;
  return at::cross_entropy_loss(logits.to(at::kFloat), targets, /*weight=*/{}, at::Reduction::Mean,
                                kIgnored, label_smoothing);
}

at::Tensor soft_target_loss(const at::Tensor& logits, const at::Tensor& targets) {
  return -(targets * at::log_softmax(logits.to(at::kFloat), -1)).sum(-1).mean();
}

at::Tensor binary_loss(const at::Tensor& logits, const at::Tensor& targets,
                       const BceOptions& options) {
  const at::Tensor x = logits.to(at::kFloat);
  at::Tensor y = targets;
  if (y.dim() == 1) {
    y = smoothed_one_hot(y, x, options.smoothing);
  } else {
    y = y.to(at::kFloat);
    if (options.smooth_dense && options.smoothing > 0) {
      y = y * (1.0 - options.smoothing) + options.smoothing / 2;
    }
  }
  if (options.threshold) y = y.gt(*options.threshold).to(at::kFloat);
  const at::Tensor losses = elementwise_bce(x, y, options.weight, options.positive_weight);
  return options.sum_classes ? losses.sum(-1).mean() : losses.mean();
}

at::Tensor focal_loss(const at::Tensor& logits, const at::Tensor& targets,
                      const FocalOptions& options) {
  const at::Tensor x = logits.to(at::kFloat);
  const at::Tensor y = targets.to(at::kFloat);
  const at::Tensor p = at::sigmoid(x);
  const at::Tensor right = p * y + (1 - p) * (1 - y);  // p_t of the paper
  at::Tensor loss = elementwise_bce(x, y, {}, {}) * (1 - right).pow(options.gamma);
  if (options.alpha >= 0) loss = loss * (options.alpha * y + (1 - options.alpha) * (1 - y));
  return options.is_sum ? loss.sum() : loss.mean();
}

at::Tensor jsd_loss(const at::Tensor& logits, const at::Tensor& targets,
                    const JsdOptions& options) {
  if (options.splits < 1 || logits.size(0) % options.splits != 0) {
    throw_user(concat("a batch of ", logits.size(0), " is no multiple of ", options.splits,
                      " augmentations"));
  }
  constexpr double kLeastProbability = 1e-7;  // keeps the divergence finite
  const std::int64_t samples = logits.size(0) / options.splits;
  std::vector<at::Tensor> probabilities;
  for (const at::Tensor& split : logits.to(at::kFloat).split(samples)) {
    probabilities.push_back(at::softmax(split, 1));
  }
  const at::Tensor log_mixture = at::stack(probabilities).mean(0).clamp(kLeastProbability, 1).log();
  at::Tensor divergence = at::zeros({}, log_mixture.options());
  for (const at::Tensor& one : probabilities) {
    divergence = divergence + at::kl_div(log_mixture, one, at::Reduction::Sum);
  }
  divergence = divergence / static_cast<double>(samples * options.splits);
  return classification_loss(logits.narrow(0, 0, samples), targets.narrow(0, 0, samples),
                             options.smoothing) +
         options.alpha * divergence;
}

at::Tensor distillation_loss(const at::Tensor& base, const at::Tensor& logits,
                             const at::Tensor& teacher_logits, const DistillationOptions& options) {
  if (options.kind == Distillation::kNone) return base;
  const at::Tensor x = logits.to(at::kFloat);
  at::Tensor taught;
  if (options.kind == Distillation::kSoft) {
    const double t = options.temperature;
    taught = at::kl_div(at::log_softmax(x / t, 1),
                        at::log_softmax(teacher_logits.to(at::kFloat) / t, 1), at::Reduction::Sum,
                        /*log_target=*/true) *
             (t * t / static_cast<double>(x.numel()));
  } else {
    taught = at::cross_entropy_loss(x, teacher_logits.argmax(1));
  }
  return base * (1.0 - options.alpha) + taught * options.alpha;
}

}  // namespace yardstick
