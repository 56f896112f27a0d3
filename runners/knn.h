#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yardstick {

struct KnnOptions {
  std::vector<std::int64_t> neighbours = {20};  // one vote each
  double temperature = 0.07;
  std::int64_t classes = 0;
};

// Weighted nearest-neighbour classification on frozen features (DINO, arXiv 2104.14294,
// section 4.1; Wu et al., arXiv 1805.01978, section 3.4): the k training samples of largest cosine
// similarity vote for their class with weight exp(similarity / temperature).
class KnnClassifier {
 public:
  // `features` [M, D] floating, not yet normalised; `labels` int64 [M] in [0, classes). Throws User
  // where M is below the largest k or a number is out of range.
  KnnClassifier(const at::Tensor& features, const at::Tensor& labels, const KnnOptions& options);

  // For each k the votes float [N, classes] for `features` [N, D]; the largest is the prediction.
  // Works through N in pieces, so that memory stays bounded.
  std::vector<at::Tensor> votes(const at::Tensor& features) const;

 private:
  KnnOptions options_;
  at::Tensor features_;  // [M, D], normalised
  at::Tensor labels_;    // [M]
};

}  // namespace yardstick
