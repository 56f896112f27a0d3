#pragma once

#include <yardstick/golden.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// An argument that the official code takes as one integer for all dimensions or as one for each.
// Throws Data on another number of them.
std::vector<std::int64_t> sizes_argument(const Arguments& arguments, std::string_view name,
                                         std::size_t dims, std::vector<std::int64_t> fallback);
std::optional<double> optional_number(const Arguments& arguments, std::string_view name);

// Reads the arguments of the method "finetune_loss" and checks them against what
// compute_classification does. Throws Data on another loss.
void require_known_loss(const GoldenCase& golden);

// Throws Data, naming what `family` implements, unless the case's entry is a classifier's.
void require_classification_entry(const GoldenCase& golden);

// Throws Data unless training is deterministic, since a case cannot give our random draws.
void require_no_random_drops(const GoldenCase& golden, double drop_rate);

// Cross entropy of the logits with in.target (soft rows or class indices), the mean over the batch.
// Throws Data where the case has no target, or one of another shape.
at::Tensor classification_loss(const at::Tensor& logits, const GoldenCase& golden);

// Runs the model in the case's mode on "image" or "video" and returns what is wanted of: logits,
// probs (their softmax), features, loss (cross entropy with "target": soft rows or class indices),
// and every activation that the model records under that name. Gradients are on for "loss" only.
TensorMap compute_classification(Model& model, const GoldenCase& golden);

}  // namespace yardstick
