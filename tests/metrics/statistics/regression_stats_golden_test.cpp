#include "metrics/statistics/bootstrap.h"
#include "metrics/statistics/change_points.h"
#include "metrics/statistics/hodges_lehmann.h"
#include "metrics/statistics/level_fit.h"
#include "metrics/statistics/mann_whitney.h"
#include "metrics/statistics/summary.h"
#include "metrics/statistics/wilcoxon.h"
#include "tests/support/project_paths.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using nlohmann::json;
using Values = std::vector<double>;

// The project's own cases, or those in $YARDSTICK_GOLDENS/regression_stats.
json read_golden(const std::string& name, const std::string& file) {
  const char* outside = std::getenv("YARDSTICK_GOLDENS");
  const std::string goldens = outside ? std::string(outside) : test::test_data("golden");
  std::ifstream in(goldens + "/regression_stats/" + name + "/" + file);
  return json::parse(in);
}

bool is_probability(const std::string& key) { return key.starts_with("p_") || key == "welch_p"; }

void expect_number(const json& found, const json& expected, const std::string& key) {
  if (expected.is_null()) {
    // Without variance there is no approximation; what we say then is p = 1.
    EXPECT_TRUE(found.is_null() || (is_probability(key) && found == 1.0)) << key << ": " << found;
    return;
  }
  ASSERT_TRUE(found.is_number()) << key << ": " << found;
  const double wanted = expected;
  const double tolerance =
      is_probability(key) ? 1e-7 * wanted : 1e-9 * std::max(1.0, std::abs(wanted));
  EXPECT_NEAR(found.get<double>(), wanted, tolerance) << key;
}

// Every field of `expected` but its remarks is found, with the same value.
void expect_fields(const json& found, const json& expected, const std::string& key = "") {
  if (expected.is_object()) {
    for (const auto& [name, value] : expected.items()) {
      if (name == "source" || name == "about") continue;
      ASSERT_TRUE(found.contains(name)) << "nothing computes " << name;
      expect_fields(found.at(name), value, name);
    }
  } else if (expected.is_array()) {
    ASSERT_EQ(found.size(), expected.size()) << key;
    for (std::size_t i = 0; i < expected.size(); ++i) expect_fields(found[i], expected[i], key);
  } else if (expected.is_boolean()) {
    EXPECT_EQ(found, expected) << key;
  } else {
    expect_number(found, expected, key);
  }
}

json pair_of(const Interval& interval) { return {interval.low, interval.high}; }

json summary_of(const Values& values) {
  const Summary s = summarise(values);
  return {{"n", s.count},
          {"mean", s.mean},
          {"median", s.median},
          {"std_sample", s.standard_deviation},
          {"min", s.min},
          {"max", s.max},
          {"p05", s.p05},
          {"p95", s.p95},
          {"p99", s.p99},
          {"mad", s.mad},
          {"cv", s.coefficient_of_variation},
          {"geomean", s.geometric_mean}};
}

void add_tails(json& found, const std::string& how, const TailProbabilities& p) {
  found["p_two-sided_" + how] = p.two_sided;
  found["p_less_" + how] = p.less;
  found["p_greater_" + how] = p.greater;
}

json first_indices(std::uint64_t seed, std::size_t size) {
  ResamplingGenerator generator(seed);
  json indices;
  for (std::size_t i = 0; i < size; ++i) indices.push_back(generator.index(size));
  return indices;
}

json bootstrap_of(const Values& x, const Values& y, const json& plan) {
  const std::int64_t resamples = plan.at("resamples");
  const Values medians_x =
      bootstrap(x, median, {.resamples = resamples, .seed = plan.at("seed_x")});
  const Values medians_y =
      bootstrap(y, median, {.resamples = resamples, .seed = plan.at("seed_y")});
  Values ratios;
  Values differences;
  for (std::size_t b = 0; b < medians_x.size(); ++b) {
    ratios.push_back(medians_y[b] / medians_x[b]);
    differences.push_back(medians_y[b] - medians_x[b]);
  }
  json found = plan;  // the number of resamples and the seeds
  found["first_x"] = first_indices(plan.at("seed_x"), x.size());
  found["first_y"] = first_indices(plan.at("seed_y"), y.size());
  found["median_x_ci95"] = pair_of(percentile_interval(medians_x));
  found["median_y_ci95"] = pair_of(percentile_interval(medians_y));
  found["median_ratio_ci95"] = pair_of(percentile_interval(ratios));
  found["median_difference_ci95"] = pair_of(percentile_interval(differences));
  const std::size_t listed = plan.at("medians_x_first").size();
  found["medians_x_first"] = Values(medians_x.begin(), medians_x.begin() + listed);
  return found;
}

json wilcoxon_of(const Values& x, const Values& y) {
  Values differences(x.size());
  std::transform(y.begin(), y.end(), x.begin(), differences.begin(), std::minus<>());
  const SignedRank test = signed_rank_test(differences);
  return {{"W_plus", test.w_plus},
          {"W_minus", test.w_minus},
          {"statistic", std::min(test.w_plus, test.w_minus)},
          {"p_normal", test.p_normal},
          {"walsh_median", walsh_median(differences)}};
}

json comparison_of(const Values& x, const Values& y, const json& expected) {
  const MannWhitney test = mann_whitney(x, y);
  json found{{"U_x", test.u_x}, {"U_y", test.u_y}, {"ties", test.has_ties}};
  add_tails(found, "normal_continuity", mann_whitney_normal(x, y, Continuity::kHalf));
  add_tails(found, "normal_plain", mann_whitney_normal(x, y, Continuity::kNone));
  if (!test.has_ties) add_tails(found, "exact", mann_whitney_exact(x, y));
  found["auc_x_greater"] = test.u_x / (test.u_x + test.u_y);
  found["cliffs_delta"] = cliffs_delta(x, y);
  const Shift shift = hodges_lehmann_shift_normal(x, y);
  found["hodges_lehmann_shift_y_minus_x"] = shift.estimate;
  found["hodges_lehmann_ci95"] = pair_of(shift.interval);
  found["hodges_lehmann_ci_k"] = shift.rank;
  found["summary_x"] = summary_of(x);
  found["summary_y"] = summary_of(y);
  found["median_change"] = median(y) / median(x) - 1;
  const auto welch = welch_test(x, y);
  found["welch_t"] = welch ? json(welch->t) : json();
  found["welch_p"] = welch ? json(welch->p_two_sided) : json();
  found["ks_statistic"] = kolmogorov_smirnov_statistic(x, y);
  found["bootstrap"] = bootstrap_of(x, y, expected.at("bootstrap"));
  if (x.size() == y.size()) found["wilcoxon_paired_y_minus_x"] = wilcoxon_of(x, y);
  return found;
}

class ComparisonGoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(ComparisonGoldenTest, EqualsTheReference) {
  const json data = read_golden(GetParam(), "data.json");
  const json expected = read_golden(GetParam(), "expected.json");

  expect_fields(comparison_of(data.at("x"), data.at("y"), expected), expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ComparisonGoldenTest,
                         testing::Values("disjoint_tiny", "identical", "no_change_small",
                                         "outliers", "slower_10_percent", "ties"),
                         [](const auto& test) { return std::string(test.param); });

class ChangePointGoldenTest : public testing::TestWithParam<const char*> {
 protected:
  Values series() const { return read_golden(GetParam(), "data.json").at("series"); }
};

TEST_P(ChangePointGoldenTest, EqualsTheReference) {
  const json expected = read_golden(GetParam(), "expected.json");
  const json& plan = expected.at("edivisive");

  const Cusum sums = cusum(series());
  const EnergySplits splits =
      energy_change_points(series(), {.minimum_segment = plan.at("minimum_segment"),
                                      .threshold = plan.at("threshold"),
                                      .max_change_points = plan.at("max_change_points")});

  json found{{"cusum",
              {{"index", sums.index},
               {"max_abs", sums.max_abs},
               {"range", sums.range},
               {"path", sums.path}}},
             {"edivisive", plan}};
  found["edivisive"]["change_points"] = splits.change_points;
  found["edivisive"]["steps"] = json::array();
  for (const EnergyStep& step : splits.steps) {
    found["edivisive"]["steps"].push_back(
        {{"index", step.index}, {"statistic", step.statistic}, {"kept", step.kept}});
  }
  expect_fields(found, expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ChangePointGoldenTest,
                         testing::Values("flat", "one_step", "small_step_noise", "spike",
                                         "two_steps"),
                         [](const auto& test) { return std::string(test.param); });

class LevelGoldenTest : public ChangePointGoldenTest {};

// The fit has no reference; on clear series it must name what E-divisive names. The step of
// `small_step_noise` is 0.8 deviations, too little for its 80 samples.
TEST_P(LevelGoldenTest, LevelsChangeWhereTheReferenceSays) {
  const json expected = read_golden(GetParam(), "expected.json").at("edivisive");
  const std::vector<std::size_t> wanted = expected.at("change_points");

  EXPECT_EQ(fit_levels(series()).change_points, wanted);
}

INSTANTIATE_TEST_SUITE_P(Cases, LevelGoldenTest,
                         testing::Values("flat", "one_step", "spike", "two_steps"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace yardstick
