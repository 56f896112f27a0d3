#include "metrics/statistics/interval.h"
#include "metrics/statistics/level_fit.h"
#include "results/history.h"

namespace yardstick {

bool HistorySeries::has_worsened(double limit) const {
  return !changes.empty() && changes.back().is_worse && changes.back().magnitude() > 1 + limit;
}

void find_regimes(HistorySeries& series, std::int64_t shortest_regime) {
  series.changes.clear();
  std::vector<double> values;
  for (HistoryPoint& point : series.points) {
    point.value = median(point.process_values);
    point.processes = static_cast<std::int64_t>(point.process_values.size());
    values.push_back(point.value);
  }
  const LevelFit fit = fit_levels(values, {.minimum_segment = shortest_regime});
  for (std::size_t i = 0; i < fit.change_points.size(); ++i) {
    HistoryChange change{fit.change_points[i], fit.levels[i], fit.levels[i + 1]};
    change.is_worse = change.after > change.before ? series.direction == Direction::kLowerIsBetter
                                                   : series.direction == Direction::kHigherIsBetter;
    series.changes.push_back(change);
  }
  series.newest_level = fit.levels.back();
  series.relative_noise = fit.relative_noise;
}

}  // namespace yardstick
