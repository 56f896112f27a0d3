#include "runners/tensor_compare.h"

#include <yardstick/error.h>

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <limits>
#include <vector>

namespace yardstick {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// "[0, 3, 17]" of the element at a flat position.
std::string index_text(std::int64_t flat, at::IntArrayRef sizes) {
  std::vector<std::int64_t> index(sizes.size());
  for (std::size_t i = sizes.size(); i-- > 0;) {
    index[i] = flat % sizes[i];
    flat /= sizes[i];
  }
  std::string text = "[";
  for (std::size_t i = 0; i < index.size(); ++i) {
    text += concat(i == 0 ? "" : ", ", index[i]);
  }
  return text + "]";
}

// Share of the tolerance that one element uses; infinite where it can never pass.
double share_of(double difference, double allowed) {
  if (std::isnan(difference) || std::isinf(difference)) return kInfinity;
  if (difference == 0) return 0;
  return allowed > 0 ? difference / allowed : kInfinity;
}

bool is_exact_kind(c10::ScalarType type) { return c10::isIntegralType(type, /*includeBool=*/true); }

// Integers beyond 2^53 do not fit a double, so they are compared as they are.
double difference_of_integers(std::int64_t a, std::int64_t b) {
  return a == b ? 0.0 : std::abs(static_cast<double>(a) - static_cast<double>(b)) + 1e-300;
}

}  // namespace

TensorVerdict compare_tensors(const std::string& name, const at::Tensor& ours,
                              const at::Tensor& theirs, const Tolerance& tolerance) {
  TensorVerdict verdict;
  verdict.name = name;
  if (!ours.defined()) {
    verdict.reason = "not computed";
    return verdict;
  }
  if (ours.sizes() != theirs.sizes()) {
    verdict.reason = concat("shape ", ours.sizes(), " instead of ", theirs.sizes());
    return verdict;
  }
  const bool is_exact = is_exact_kind(theirs.scalar_type());
  if (is_exact != is_exact_kind(ours.scalar_type())) {
    verdict.reason = concat("type ", ours.scalar_type(), " instead of ", theirs.scalar_type());
    return verdict;
  }

  const at::NoGradGuard no_grad;
  const auto type = is_exact ? at::kLong : at::kDouble;
  const at::Tensor a = ours.detach().cpu().to(type).contiguous();
  const at::Tensor b = theirs.cpu().to(type).contiguous();
  std::int64_t worst = -1;
  const auto look = [&](std::int64_t i, double difference, double reference, double allowed) {
    const double share = share_of(difference, allowed);
    if (worst < 0 || share > verdict.share_of_tolerance) {
      verdict.share_of_tolerance = share;
      worst = i;
    }
    if (std::isnan(difference)) difference = kInfinity;
    verdict.max_abs = std::max(verdict.max_abs, difference);
    if (difference > 0) {
      verdict.max_rel =
          std::max(verdict.max_rel, reference == 0 ? kInfinity : difference / std::abs(reference));
    }
  };
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    if (is_exact) {
      const std::int64_t mine = a.const_data_ptr<std::int64_t>()[i];
      const std::int64_t reference = b.const_data_ptr<std::int64_t>()[i];
      look(i, difference_of_integers(mine, reference), static_cast<double>(reference), 0);
    } else {
      const double mine = a.const_data_ptr<double>()[i];
      const double reference = b.const_data_ptr<double>()[i];
      look(i, std::abs(mine - reference), reference,
           tolerance.atol + tolerance.rtol * std::abs(reference));
    }
  }
  if (worst >= 0) verdict.worst_at = index_text(worst, theirs.sizes());
  verdict.passed = verdict.share_of_tolerance <= 1;
  return verdict;
}

}  // namespace yardstick
