#include "metrics/statistics/wilcoxon.h"

#include "metrics/statistics/interval.h"
#include "metrics/statistics/preconditions.h"
#include "metrics/statistics/ranks.h"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

namespace yardstick {

SignedRank signed_rank_test(std::span<const double> differences) {
  detail::require_values(differences);
  std::vector<double> signed_values;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(signed_values),
               [](double difference) { return difference != 0; });
  if (signed_values.empty()) return {};
  std::vector<double> sizes(signed_values.size());
  std::transform(signed_values.begin(), signed_values.end(), sizes.begin(),
                 [](double value) { return std::abs(value); });
  const Ranking ranking = rank_values(sizes);
  std::int64_t doubled_plus = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    doubled_plus += signed_values[i] > 0 ? ranking.doubled[i] : 0;
  const double n = static_cast<double>(sizes.size());

  SignedRank test{.w_plus = static_cast<double>(doubled_plus) / 2};
  test.w_minus = n * (n + 1) / 2 - test.w_plus;
  const double smaller = std::min(test.w_plus, test.w_minus);
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranking.tie_term / 48;
  const double z = (n * (n + 1) / 4 - smaller) / std::sqrt(variance);
  test.p_normal = boost::math::erfc(z / boost::math::constants::root_two<double>());
  test.p = test.p_normal;
  if (static_cast<std::int64_t>(sizes.size()) <= kLargestExactPairs) {
    const std::vector<double> sums = coin_sum_distribution(ranking.doubled);
    const auto last = static_cast<std::int64_t>(2 * smaller);
    test.p = std::min(1.0, 2 * probability_between(sums, 0, last + 1));
  }
  return test;
}

double walsh_median(std::span<const double> differences) {
  detail::require_values(differences);
  std::vector<double> averages;
  averages.reserve(differences.size() * (differences.size() + 1) / 2);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (std::size_t j = i; j < differences.size(); ++j)
      averages.push_back(std::midpoint(differences[i], differences[j]));
  }
  return median(averages);
}

}  // namespace yardstick
