#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace yardstick {

// Losses are computed in fp32 whatever the type of the logits; targets are not differentiated.

// Mean cross entropy of `logits` [N, classes] against `targets` int64 [N]. With smoothing s the
// target is 1 - s + s / classes for the right class and s / classes for the others (Szegedy et al.
// 2016, section 7). Targets below 0 are not counted.
at::Tensor classification_loss(const at::Tensor& logits, const at::Tensor& targets,
                               double label_smoothing);

// Mean over N of -sum(targets * log_softmax(logits)); both [N, classes] (timm
// SoftTargetCrossEntropy: what mixed targets take).
at::Tensor soft_target_loss(const at::Tensor& logits, const at::Tensor& targets);

struct BceOptions {
  double smoothing = 0.1;  // of targets given as labels; of dense ones where smooth_dense
  std::optional<double> threshold = {};  // targets above it become 1, the others 0, after smoothing
  bool smooth_dense = false;
  bool sum_classes = false;         // sum over classes, mean over N
  at::Tensor weight = {};           // [classes] or undefined
  at::Tensor positive_weight = {};  // [classes] or undefined
};

// timm's BinaryCrossEntropy (ResNet strikes back, arXiv 2110.00476): mean over N and classes of the
// binary cross entropy of `logits` [N, classes] against `targets`, int64 [N] or dense [N, classes].
at::Tensor binary_loss(const at::Tensor& logits, const at::Tensor& targets,
                       const BceOptions& options);

struct FocalOptions {
  double alpha = 0.25;  // weight of the positive class; below 0: none
  double gamma = 2;
  bool is_sum = false;  // the sum of all elements in place of their mean
};

// Sigmoid focal loss (arXiv 1708.02002, equation 5; torchvision); `targets` as `logits`, in [0, 1].
at::Tensor focal_loss(const at::Tensor& logits, const at::Tensor& targets,
                      const FocalOptions& options);

struct JsdOptions {
  std::int64_t splits = 3;  // the batch is this many augmentations of the same samples in turn
  double alpha = 12;
  double smoothing = 0.1;
};

// Cross entropy of the first split plus the Jensen-Shannon divergence of all (AugMix, arXiv
// 1912.02781, section 3; timm JsdCrossEntropy). `logits` [splits * n, classes], `targets` int64.
// Throws User where the batch is no multiple of the splits.
at::Tensor jsd_loss(const at::Tensor& logits, const at::Tensor& targets, const JsdOptions& options);

enum class Distillation { kNone, kSoft, kHard };

struct DistillationOptions {
  Distillation kind = Distillation::kNone;
  double alpha = 0.5;      // weight of the teacher
  double temperature = 1;  // kSoft
};

// base * (1 - alpha) + alpha * teacher's part (DeiT, arXiv 2012.12877, section 4): `logits` [N,
// classes] are the distillation head's. Soft: T^2 KL(teacher || logits) at temperature T, over N *
// classes as the official code has it. Hard: cross entropy with the teacher's class. kNone: `base`.
at::Tensor distillation_loss(const at::Tensor& base, const at::Tensor& logits,
                             const at::Tensor& teacher_logits, const DistillationOptions& options);

}  // namespace yardstick
