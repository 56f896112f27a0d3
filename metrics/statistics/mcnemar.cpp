#include "metrics/statistics/mcnemar.h"

#include "metrics/statistics/preconditions.h"

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace yardstick {
namespace {

using detail::require;

// Discordant samples of the smaller and of both sides.
struct Tosses {
  Tosses(std::int64_t only_first, std::int64_t only_second)
      : fewer(static_cast<double>(std::min(only_first, only_second))),
        all(static_cast<double>(only_first) + static_cast<double>(only_second)) {
    require(only_first >= 0 && only_second >= 0, "a negative count");
  }

  bool are_even() const { return 2 * fewer == all; }
  double at_most_fewer() const { return boost::math::ibeta(all - fewer, fewer + 1, 0.5); }
  double exactly_fewer() const {
    return boost::math::ibeta_derivative(fewer + 1, all - fewer + 1, 0.5) / (all + 1);
  }

  double fewer;
  double all;
};

// Tango's statistic of the hypothesis that the accuracies differ by `difference`: b - c less what
// it expects, over its standard error with the other unknown at its most likely value.
class TangoScore {
 public:
  TangoScore(std::int64_t only_first, std::int64_t only_second, std::int64_t samples)
      : b_(static_cast<double>(only_first)),
        c_(static_cast<double>(only_second)),
        n_(static_cast<double>(samples)) {}

  double operator()(double difference) const {
    const double linear = (2 * n_ - b_ + c_) * difference - b_ - c_;
    const double constant = -c_ * difference * (1 - difference);
    const double likely =
        (std::sqrt(std::max(0.0, linear * linear - 8 * n_ * constant)) - linear) / (4 * n_);
    const double variance = n_ * (2 * likely + difference * (1 - difference));
    const double excess = b_ - c_ - n_ * difference;
    if (variance > 0) return excess / std::sqrt(variance);
    return excess == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), excess);
  }

 private:
  double b_;
  double c_;
  double n_;
};

}  // namespace

double mcnemar_exact_p(std::int64_t only_first, std::int64_t only_second) {
  const Tosses tosses(only_first, only_second);
  return tosses.are_even() ? 1 : std::min(1.0, 2 * tosses.at_most_fewer());
}

double mcnemar_mid_p(std::int64_t only_first, std::int64_t only_second) {
  const Tosses tosses(only_first, only_second);
  // Half of the outcome in the middle belongs to either tail.
  return tosses.are_even() ? 1 : 2 * tosses.at_most_fewer() - tosses.exactly_fewer();
}

PairedDifference paired_accuracy_difference(std::int64_t only_first, std::int64_t only_second,
                                            std::int64_t samples, double confidence) {
  require(only_first >= 0 && only_second >= 0, "a negative count");
  require(samples >= 1, "a proportion of no trials");
  require(only_first <= samples && only_second <= samples - only_first,
          "more discordant samples than samples");
  detail::require_confidence(confidence);
  const double z = normal_quantile(0.5 + confidence / 2);
  const TangoScore score(only_first, only_second, samples);
  const double difference = (static_cast<double>(only_first) - static_cast<double>(only_second)) /
                            static_cast<double>(samples);
  // The score falls as the difference grows; between `inside` and `end` it passes `bound`.
  const auto crossing = [&](double end, double bound) {
    double inside = difference;
    for (int halving = 0; halving < 60; ++halving) {
      const double middle = std::midpoint(inside, end);
      (std::abs(score(middle)) <= bound ? inside : end) = middle;
    }
    return std::midpoint(inside, end);
  };
  return {.difference = difference, .interval = {crossing(-1, z), crossing(1, z)}};
}

}  // namespace yardstick
