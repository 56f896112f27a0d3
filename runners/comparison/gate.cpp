#include "runners/comparison/gate.h"

#include "metrics/statistics/hodges_lehmann.h"
#include "metrics/statistics/mann_whitney.h"
#include "metrics/statistics/multiple.h"
#include "metrics/statistics/power.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

namespace yardstick {
namespace {

// A level of 0.002 must admit a p of 0.002, whatever the rounding of either.
constexpr double kRounding = 1e-9;
constexpr double kConfidence = 0.95;
constexpr double kPower = 0.8;
constexpr std::size_t kFewestProcesses = 2;  // of one alone nothing is known of the noise

const std::vector<GateProfile>& all_profiles() {
  static const std::vector<GateProfile> profiles = {
      {.name = "verdict", .first = {}, .confirmation = {}},
      {.name = "nightly",
       .first = {.processes = 5, .alpha = 0.05, .false_discovery = 1},
       .confirmation = {}},
  };
  return profiles;
}

// Standard error of the logarithm of a ratio. A few outliers hardly widen this interval, unlike a
// standard deviation, as they hardly move the estimate.
double log_standard_error(const Shift& ratio) {
  if (!(ratio.coverage > 0)) return std::numeric_limits<double>::infinity();
  const double width = std::log(ratio.interval.high / ratio.interval.low);
  return width / (2 * normal_quantile((1 + ratio.coverage) / 2));
}

// Standard error of the Hodges-Lehmann shift of n and m normal values of standard deviation 1
// (efficiency 3 / pi; Lehmann, Nonparametrics, 2.4).
double unit_standard_error(std::size_t n, std::size_t m) {
  const double pairs = 1 / static_cast<double>(n) + 1 / static_cast<double>(m);
  return std::sqrt(pairs * std::numbers::pi / 3);
}

// smallest_detectable_shift is played out, and most cells have the same counts.
class Detectable {
 public:
  explicit Detectable(double alpha) : alpha_(alpha) {}

  double shift(std::size_t n, std::size_t m) {
    const auto [found, is_new] = shifts_.try_emplace({n, m}, 0.0);
    if (is_new) {
      found->second = smallest_detectable_shift(static_cast<std::int64_t>(n),
                                                static_cast<std::int64_t>(m), alpha_, kPower);
    }
    return found->second;
  }

 private:
  double alpha_;
  std::map<std::pair<std::size_t, std::size_t>, double> shifts_;
};

bool is_measured(const CellTimes& cell) {
  return std::min({cell.baseline.size(), cell.candidate.size(), cell.control.size()}) >=
         kFewestProcesses;
}

bool reaches(double ratio, double limit) {
  return std::abs(std::log(ratio)) >= std::log(limit) - kRounding;
}

CellJudgement judge(const CellTimes& cell, const GateRules& rules, Detectable& detectable) {
  CellJudgement judgement;
  judgement.is_measured = is_measured(cell);
  if (!judgement.is_measured) return judgement;
  const Shift ratio = hodges_lehmann_ratio(cell.baseline, cell.candidate, kConfidence);
  judgement.ratio = ratio.estimate;
  judgement.interval = ratio.interval;
  judgement.p = mann_whitney(cell.baseline, cell.candidate).p.two_sided;

  const Shift control = hodges_lehmann_ratio(cell.baseline, cell.control, kConfidence);
  judgement.control_ratio = control.estimate;
  judgement.control_p = mann_whitney(cell.baseline, cell.control).p.two_sided;
  judgement.spread = log_standard_error(control);
  judgement.limit = std::max(1 + rules.smallest_effect, std::exp(rules.spreads * judgement.spread));
  judgement.has_control_alarm = judgement.control_p <= rules.alpha + kRounding &&
                                reaches(judgement.control_ratio, judgement.limit);

  // What the test finds in 4 of 5 runs, and what is estimated above the limit in 4 of 5 runs.
  const double error = log_standard_error(ratio);
  const std::size_t n = cell.baseline.size();
  const std::size_t m = cell.candidate.size();
  const double shift = detectable.shift(n, m);
  const double tested = std::isinf(shift) ? shift : shift * error / unit_standard_error(n, m);
  const double estimated = std::log(judgement.limit) + normal_quantile(kPower) * error;
  judgement.smallest_resolvable = std::exp(std::max(tested, estimated));
  return judgement;
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

CellVerdict not_resolved(std::string reason, const CellJudgement& shown) {
  return {GateAnswer::kNotResolved, std::move(reason), shown};
}

}  // namespace

GateProfile gate_profile(const std::string& name) {
  for (const GateProfile& profile : all_profiles()) {
    if (profile.name == name) return profile;
  }
  const auto names = gate_profile_names();
  throw_user(concat("no profile of the gate is named ", name), suggestion(name, names));
}

std::vector<std::string> gate_profile_names() {
  std::vector<std::string> names;
  for (const GateProfile& profile : all_profiles()) names.push_back(profile.name);
  return names;
}

std::vector<CellJudgement> judge_cells(const std::vector<CellTimes>& cells,
                                       const GateRules& rules) {
  // A lone regression must pass Benjamini-Hochberg as the first of all cells.
  const double lone =
      rules.false_discovery / static_cast<double>(std::max<std::size_t>(cells.size(), 1));
  Detectable detectable(std::min(rules.alpha, lone) + kRounding);
  std::vector<CellJudgement> judgements;
  std::vector<double> p_values;
  for (const CellTimes& cell : cells) {
    judgements.push_back(judge(cell, rules, detectable));
    p_values.push_back(judgements.back().p);
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < judgements.size(); ++i) {
    CellJudgement& judgement = judgements[i];
    judgement.adjusted_p = adjusted[i];
    judgement.has_alarm = judgement.is_measured && judgement.p <= rules.alpha + kRounding &&
                          judgement.adjusted_p <= rules.false_discovery + kRounding &&
                          reaches(judgement.ratio, judgement.limit);
  }
  return judgements;
}

std::string_view to_string(GateAnswer answer) {
  switch (answer) {
    case GateAnswer::kUnchanged:
      return "unchanged";
    case GateAnswer::kRegression:
      return "regression";
    case GateAnswer::kImprovement:
      return "improvement";
    case GateAnswer::kNotResolved:
      break;
  }
  return "not resolved";
}

CellVerdict settle(const CellJudgement& first, const CellJudgement* confirmation,
                   const GateRules& rules) {
  const CellJudgement& last = confirmation != nullptr ? *confirmation : first;
  if (!last.is_measured) {
    return not_resolved("fewer than two processes of a side ended well", last);
  }
  if (last.has_control_alarm) {
    return not_resolved(
        concat("the baseline differs from itself by ", percent(std::abs(last.control_ratio - 1)),
               ": the machine is not steady"),
        last);
  }
  const bool agree = first.is_slower() == last.is_slower();
  if (first.has_alarm && confirmation != nullptr && last.has_alarm && agree) {
    return {last.is_slower() ? GateAnswer::kRegression : GateAnswer::kImprovement, "", last};
  }
  if (first.has_alarm && confirmation == nullptr) {
    return not_resolved("the alarm was not looked at again", last);
  }
  if (last.smallest_resolvable > 1 + rules.must_see + kRounding) {
    const std::string what = std::isinf(last.smallest_resolvable)
                                 ? "too few processes to see any change"
                                 : concat("a change under ", percent(last.smallest_resolvable - 1),
                                          " would have gone unseen");
    return not_resolved(what, last);
  }
  return {GateAnswer::kUnchanged, first.has_alarm ? "an alarm was not confirmed" : "", last};
}

}  // namespace yardstick
