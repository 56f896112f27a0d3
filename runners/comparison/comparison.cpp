#include "runners/comparison/comparison.h"

#include "metrics/statistics/hodges_lehmann.h"
#include "metrics/statistics/mann_whitney.h"
#include "metrics/statistics/multiple.h"
#include "metrics/statistics/power.h"
#include "metrics/statistics/tied_groups.h"

namespace yardstick {
namespace {

// A level of 0.1 must admit the p of 2 / 20, whatever the rounding of either.
constexpr double kRounding = 1e-9;

Verdict verdict_of(double p, double speed_ratio, double alpha) {
  if (p > alpha + kRounding || speed_ratio == 1) return Verdict::kNotResolved;
  return speed_ratio > 1 ? Verdict::kFaster : Verdict::kSlower;
}

void adjust(std::vector<SpeedPair>& pairs, double alpha) {
  std::vector<double> p_values;
  for (const SpeedPair& pair : pairs) p_values.push_back(pair.p);
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].adjusted_p = adjusted[i];
    pairs[i].verdict = verdict_of(adjusted[i], pairs[i].speed_ratio, alpha);
  }
}

std::vector<std::string> tie_letters(const std::vector<std::size_t>& measured,
                                     const std::vector<SpeedPair>& pairs, std::size_t sides) {
  std::vector<std::size_t> place(sides, 0);
  for (std::size_t i = 0; i < measured.size(); ++i) place[measured[i]] = i;
  std::vector<ResolvedPair> resolved;
  for (const SpeedPair& pair : pairs) {
    if (pair.verdict == Verdict::kNotResolved) continue;
    resolved.emplace_back(place[pair.reference], place[pair.side]);
  }
  const auto letters = group_letters(measured.size(), tied_groups(measured.size(), resolved));
  std::vector<std::string> of_sides(sides);
  for (std::size_t i = 0; i < measured.size(); ++i) of_sides[measured[i]] = letters[i];
  return of_sides;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFaster:
      return "faster";
    case Verdict::kSlower:
      return "slower";
    case Verdict::kNotResolved:
      break;
  }
  return "not resolved";
}

SpeedPair compare_speed(const std::vector<SideTimes>& sides, std::size_t reference,
                        std::size_t side, double alpha) {
  const auto& ours = sides[side].process_medians_s;
  const auto& theirs = sides[reference].process_medians_s;
  SpeedPair pair{.reference = reference, .side = side, .interval = {}, .smallest_resolvable = {}};
  // From our time to theirs: a longer time of the reference is a speed above 1 of ours.
  const Shift ratio = hodges_lehmann_ratio(ours, theirs, 1 - alpha);
  pair.speed_ratio = ratio.estimate;
  pair.interval = ratio.interval;
  pair.coverage = ratio.coverage;
  pair.p = mann_whitney(ours, theirs).p.two_sided;
  pair.adjusted_p = pair.p;
  pair.verdict = verdict_of(pair.p, pair.speed_ratio, alpha);
  if (ours.size() + theirs.size() >= 3) {
    pair.smallest_resolvable = smallest_detectable_ratio(
        static_cast<std::int64_t>(ours.size()), static_cast<std::int64_t>(theirs.size()),
        alpha + kRounding, pooled_relative_spread(ours, theirs));
  }
  return pair;
}

SpeedComparison compare_speeds(const std::vector<SideTimes>& sides, double alpha) {
  std::vector<std::size_t> measured;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (!sides[i].process_medians_s.empty()) measured.push_back(i);
  }
  SpeedComparison comparison;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    for (std::size_t j = i + 1; j < measured.size(); ++j) {
      comparison.pairs.push_back(compare_speed(sides, measured[i], measured[j], alpha));
    }
  }
  adjust(comparison.pairs, alpha);
  comparison.letters = tie_letters(measured, comparison.pairs, sides.size());
  return comparison;
}

}  // namespace yardstick
