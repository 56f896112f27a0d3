#include "runners/knn.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace yardstick {
namespace {

constexpr std::int64_t kSimilaritiesAtOnce = std::int64_t{1} << 24;  // 64 MiB

// [n, D], each row of length 1.
at::Tensor normalised(const at::Tensor& features) {
  constexpr double kLeastNorm = 1e-12;  // torch's normalize
  const at::Tensor x = features.to(at::kFloat);
  return x / at::linalg_vector_norm(x, 2, {1}, /*keepdim=*/true).clamp_min(kLeastNorm);
}

}  // namespace

KnnClassifier::KnnClassifier(const at::Tensor& features, const at::Tensor& labels,
                             const KnnOptions& options)
    : options_(options), labels_(labels) {
  const at::NoGradGuard no_grad;
  if (options.temperature <= 0) {
    throw_user(concat("k-NN temperature is ", options.temperature),
               "use one above 0, such as 0.07");
  }
  YS_CHECK(!options.neighbours.empty());
  for (const std::int64_t k : options.neighbours) {
    if (k < 1 || k > features.size(0)) {
      throw_user(concat("k-NN takes ", k, " neighbours of ", features.size(0), " samples"),
                 "choose a k from 1 to the number of training samples");
    }
  }
  const std::int64_t last = labels.max().item<std::int64_t>();
  if (labels.min().item<std::int64_t>() < 0 || last >= options.classes) {
    throw_user(concat("a label of the k-NN samples is outside [0, ", options.classes, ")"));
  }
  features_ = normalised(features);
}

std::vector<at::Tensor> KnnClassifier::votes(const at::Tensor& features) const {
  const at::NoGradGuard no_grad;
  const at::Tensor queries = normalised(features);
  const std::int64_t most = std::ranges::max(options_.neighbours);
  const std::int64_t rows = std::max<std::int64_t>(1, kSimilaritiesAtOnce / features_.size(0));
  std::vector<std::vector<at::Tensor>> pieces(options_.neighbours.size());
  for (const at::Tensor& piece : queries.split(rows)) {
    const auto [similarities, nearest] =
        at::topk(at::matmul(piece, features_.t()), most);  // [n, k], best first
    // Sums in double: the order of equal classes must not show in the result.
    const at::Tensor weights = (similarities.to(at::kDouble) / options_.temperature).exp_();
    const at::Tensor classes = labels_.index_select(0, nearest.flatten()).view_as(nearest);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const std::int64_t k = options_.neighbours[i];
      pieces[i].push_back(at::zeros({piece.size(0), options_.classes}, weights.options())
                              .scatter_add_(1, classes.narrow(1, 0, k), weights.narrow(1, 0, k))
                              .to(at::kFloat));
    }
  }
  std::vector<at::Tensor> votes;
  for (const std::vector<at::Tensor>& of_k : pieces) votes.push_back(at::cat(of_k));
  return votes;
}

}  // namespace yardstick
