#include "results/history_alarms.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace yardstick {
namespace {

constexpr double kNormal95 = 1.959963984540054;
// An effect of so many standard errors is estimated above the gate's limit, three of them, in 19 of
// 20 runs.
constexpr double kErrorsToResolve = 3 + 1.6448536269514722;
constexpr std::int64_t kFewestProcesses = 9;
// Nights' levels differ by chance; this many standard errors they do not.
constexpr double kErrorsToGrow = 3;

double log_change(const HistoryChange& change) { return std::log(change.ratio()); }

bool is_beyond(double log_ratio, double limit) { return std::abs(log_ratio) > std::log1p(limit); }

std::int64_t points_since(const HistorySeries& series) {
  return static_cast<std::int64_t>(series.points.size() - series.changes.back().point);
}

// First point of the regime before the newest change.
std::size_t regime_before(const HistorySeries& series) {
  return series.changes.size() < 2 ? 0 : series.changes.rbegin()[1].point;
}

// Where the fit puts a change moves by some points from night to night.
bool is_same_change(const HistorySeries& series, const HistoryFinding& finding,
                    std::int64_t reach) {
  const HistoryChange& change = series.changes.back();
  if ((finding.after > finding.before) != (change.after > change.before)) return false;
  const auto at = std::lower_bound(
      series.points.begin(), series.points.end(), finding.since,
      [](const HistoryPoint& point, const std::string& when) { return point.when < when; });
  const auto distance = at - series.points.begin() - static_cast<std::ptrdiff_t>(change.point);
  return std::cmp_less_equal(std::abs(distance), reach);
}

bool has_grown(const HistorySeries& series, const HistoryFinding& finding, double limit) {
  const double growth =
      std::log(series.newest_level / finding.after) * (finding.after > finding.before ? 1 : -1);
  const double error = std::max(series.relative_noise, finding.relative_noise) *
                       std::sqrt(1.0 / static_cast<double>(finding.points) +
                                 1.0 / static_cast<double>(points_since(series)));
  return growth > std::max(std::log1p(limit), kErrorsToGrow * error);
}

// Standard deviation of the logarithms of the processes of one point, over all points; of the
// points themselves where each has one process.
double process_spread(const HistorySeries& series) {
  double sum = 0;
  std::size_t freedom = 0;
  for (const HistoryPoint& point : series.points) {
    const std::vector<double>& values = point.process_values;
    if (values.size() < 2) continue;
    double mean = 0;
    for (const double value : values) mean += std::log(value) / static_cast<double>(values.size());
    for (const double value : values) sum += (std::log(value) - mean) * (std::log(value) - mean);
    freedom += values.size() - 1;
  }
  return freedom == 0 ? series.relative_noise : std::sqrt(sum / static_cast<double>(freedom));
}

}  // namespace

std::string_view to_string(FindingAnswer answer) {
  switch (answer) {
    case FindingAnswer::kSlower:
      return "slower";
    case FindingAnswer::kFaster:
      return "faster";
    case FindingAnswer::kNotConfirmed:
      return "not confirmed";
    case FindingAnswer::kNotResolved:
      break;
  }
  return "not resolved";
}

HistoryAlarm judge_alarm(const HistorySeries& series, const std::vector<HistoryFinding>& earlier,
                         const AlarmRules& rules) {
  if (series.changes.empty() || !is_beyond(log_change(series.changes.back()), rules.limit)) {
    return {};
  }
  const auto found = std::find_if(earlier.rbegin(), earlier.rend(), [&](const auto& finding) {
    return finding.cell == series.cell && finding.device == series.device &&
           is_same_change(series, finding, rules.shortest_regime);
  });
  if (found == earlier.rend()) return {AlarmState::kNew};
  if (found->is_confirmed()) {
    const bool grown = has_grown(series, *found, rules.limit);
    return {grown ? AlarmState::kGrown : AlarmState::kKnown, &*found};
  }
  const bool is_due = points_since(series) >= 2 * found->points;
  return {is_due ? AlarmState::kNew : AlarmState::kWaiting, &*found};
}

std::size_t baseline_point(const HistorySeries& series, const AlarmRules& rules) {
  const std::size_t point = series.changes.back().point;
  const auto margin = static_cast<std::size_t>(rules.shortest_regime);
  const std::size_t first = regime_before(series);
  return std::max(first, point - std::min(point, margin));
}

double level_after(const HistoryChange& change, double ratio) {
  const double measured = change.before * ratio;
  return change.after > change.before ? std::max(change.after, measured)
                                      : std::min(change.after, measured);
}

std::int64_t confirmation_processes(const HistorySeries& series, const AlarmRules& rules) {
  const double effect = std::abs(log_change(series.changes.back()));
  const double error = effect / kErrorsToResolve;
  const double spread = process_spread(series);
  // Of the Hodges-Lehmann shift: sqrt(2 / n pi / 3) spreads.
  const double needed = 2 * std::numbers::pi / 3 * (spread / error) * (spread / error);
  const auto most = static_cast<double>(rules.most_processes);
  return static_cast<std::int64_t>(
      std::clamp(std::ceil(needed), std::min(double{kFewestProcesses}, most), most));
}

LevelCheck check_against_level(const HistorySeries& series, std::span<const double> fresh,
                               const AlarmRules& rules) {
  const HistoryChange& change = series.changes.back();
  const auto before = static_cast<double>(change.point - regime_before(series));
  const double error = series.relative_noise * std::sqrt(1 + 1 / before);
  LevelCheck check;
  check.ratio = median(fresh) / change.before;
  check.interval = {check.ratio * std::exp(-kNormal95 * error),
                    check.ratio * std::exp(kNormal95 * error)};
  const double direction = change.after > change.before ? 1 : -1;
  const double moved = direction * std::log(check.ratio);
  check.is_confirmed = moved > std::log1p(rules.limit) && moved > kNormal95 * error &&
                       moved > std::abs(log_change(change)) / 2;
  return check;
}

}  // namespace yardstick
