#include "tests/results/reference_leaderboard.h"

#include "results/configuration.h"
#include "results/leaderboard_filter.h"

#include <yardstick/names.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace yardstick::test {
namespace {

using Texts = std::vector<std::string>;
using Age = std::pair<std::string, std::size_t>;  // start, then the order of adding

struct Kept {
  Measurement measurement;
  Age age;
  std::int64_t batch = 0;
};

struct Measured {
  std::map<std::pair<std::string, std::int64_t>, Kept> by_tag_and_batch;
};

struct SpeedKey {
  std::int64_t threads = 0;
  std::string protocol;
  auto operator<=>(const SpeedKey&) const = default;
};

struct Subject {
  std::map<Texts, Measured> quality;  // by weights, task, split, data
  std::map<SpeedKey, Measured> speed;
};

void keep(Measured& measured, const RunRecord& record, std::size_t run, std::int64_t batch) {
  std::set<std::string> seen;
  for (const Measurement& measurement : record.measurements) {
    if (!seen.insert(measurement.tag).second) continue;
    const Age age{record.started_at, run};
    auto& slot = measured.by_tag_and_batch;
    const auto found = slot.find({measurement.tag, batch});
    if (found != slot.end() && found->second.age > age) continue;
    slot[{measurement.tag, batch}] = {measurement, age, batch};
  }
}

std::map<std::string, Kept> best_batches(const Measured& measured) {
  std::map<std::string, Kept> best;
  for (const auto& [key, kept] : measured.by_tag_and_batch) {
    const auto [found, is_new] = best.emplace(key.first, kept);
    if (!is_new && kept.measurement.direction == Direction::kHigherIsBetter &&
        kept.measurement.value > found->second.measurement.value) {
      found->second = kept;
    }
  }
  return best;
}

class Reference {
 public:
  Reference(const std::vector<RunRecord>& records, const LeaderboardQuery& query)
      : records_(records), query_(query) {}

  std::vector<LeaderboardRow> rows() {
    std::map<Texts, Subject> subjects;
    for (std::size_t run = 0; run < records_.size(); ++run) {
      const RunRecord& record = records_[run];
      if (record.status != RunStatus::kOk || record.measurements.empty()) continue;
      if (!record.on_leaderboard && !query_.include_ineligible) continue;
      const detail::Configuration c = detail::configuration_of(record);
      Subject& subject =
          subjects[{record.model, c.params, c.methods, record.device, c.device, record.precision}];
      if (record.kind == RunKind::kBench) {
        keep(subject.speed[{c.threads, c.profile}], record, run, record.batch_size);
      } else {
        keep(subject.quality[{c.weights, record.task, record.split, c.data}], record, run, 0);
      }
    }
    std::vector<LeaderboardRow> rows, speed_alone;
    for (const auto& [names, subject] : subjects) {
      for (const auto& [key, quality] : subject.quality) {
        if (subject.speed.empty()) rows.push_back(row(names, &key, &quality, nullptr, nullptr));
        for (const auto& [speed_key, speed] : subject.speed) {
          rows.push_back(row(names, &key, &quality, &speed_key, &speed));
        }
      }
      if (!subject.quality.empty()) continue;
      for (const auto& [speed_key, speed] : subject.speed) {
        speed_alone.push_back(row(names, nullptr, nullptr, &speed_key, &speed));
      }
    }
    rows.insert(rows.end(), speed_alone.begin(), speed_alone.end());
    return rows;
  }

 private:
  LeaderboardRow row(const Texts& names, const Texts* quality_key, const Measured* quality,
                     const SpeedKey* speed_key, const Measured* speed) {
    LeaderboardRow row;
    row.model = names[0];
    row.family = names[0].substr(0, names[0].find('_'));
    row.params = names[1];
    row.methods = names[2];
    row.device = names[3];
    row.device_name = names[4];
    row.precision = names[5];
    std::map<Age, const RunRecord*, std::greater<>> runs;
    const auto add = [&](const Measured& measured) {
      for (const auto& [tag, kept] : best_batches(measured)) {
        if (!row.values.emplace(tag, kept.measurement).second) continue;
        const RunRecord& record = records_[kept.age.second];
        const Unit unit = kept.measurement.unit;
        if (kept.batch > 0) {
          const bool matters =
              unit == Unit::kSeconds || unit == Unit::kPerSecond || unit == Unit::kBytes;
          row.batch[tag] = matters ? kept.batch : 0;
        }
        if (row.weights.empty()) {
          row.weights =
              detail::display_weights(detail::configuration_of(record).weights, record.weights_tag);
        }
        runs.emplace(kept.age, &record);
      }
    };
    if (quality != nullptr) {
      row.task = (*quality_key)[1];
      row.split = (*quality_key)[2];
      row.data = (*quality_key)[3];
      add(*quality);
    }
    if (speed != nullptr) {
      row.threads = speed_key->threads;
      row.protocol = speed_key->protocol;
      add(*speed);
    }
    std::set<std::string> flags;
    for (const auto& [age, record] : runs) {
      row.run_ids.push_back(record->id);
      flags.insert(record->flags.begin(), record->flags.end());
    }
    row.flags.assign(flags.begin(), flags.end());
    row.newest = runs.begin()->first.first;
    return row;
  }

  const std::vector<RunRecord>& records_;
  const LeaderboardQuery& query_;
};

std::optional<double> number(const LeaderboardRow& row, const std::string& tag) {
  const auto found = row.values.find(tag);
  if (found == row.values.end() || std::isnan(found->second.value)) return std::nullopt;
  return found->second.value;
}

bool passes(const LeaderboardRow& row, const std::string& filter) {
  const std::size_t at = filter.find_first_of("=>");
  const std::string name = filter.substr(0, at), value = filter.substr(at + 1);
  if (filter[at] == '=') return glob_match(value, detail::text_field(row, name));
  const auto measured = number(row, name);
  return measured && *measured > std::stod(value);
}

Texts contest(const LeaderboardRow& row, bool is_by_task) {
  return is_by_task ? Texts{row.task, row.split, row.data} : Texts();
}

bool is_before(const LeaderboardRow& a, const LeaderboardRow& b, const Leaderboard& board) {
  if (contest(a, board.is_by_task) != contest(b, board.is_by_task)) {
    if (a.task.empty() != b.task.empty()) return b.task.empty();
    if (a.task != b.task) return natural_less(a.task, b.task);
    return contest(a, true) < contest(b, true);
  }
  const auto x = number(a, board.query.sort), y = number(b, board.query.sort);
  if (x.has_value() != y.has_value()) return x.has_value();
  if (x && *x != *y) {
    const bool is_lower = a.values.at(board.query.sort).direction == Direction::kLowerIsBetter;
    return is_lower ? *x < *y : *x > *y;
  }
  if (a.values.size() != b.values.size()) return a.values.size() > b.values.size();
  if (a.newest != b.newest) return a.newest > b.newest;
  return std::tie(a.model, a.weights, a.methods, a.params, a.device, a.precision) <
         std::tie(b.model, b.weights, b.methods, b.params, b.device, b.precision);
}

void keep_groups(Leaderboard& board) {
  const std::string& group = board.query.group;
  if (group == "none") return;
  std::set<std::string> ranked;
  for (const LeaderboardRow& row : board.rows) {
    if (number(row, board.query.sort)) ranked.insert(detail::text_field(row, group));
  }
  std::set<std::pair<Texts, std::string>> seen;
  std::erase_if(board.rows, [&](const LeaderboardRow& row) {
    const std::string value = detail::text_field(row, group);
    if (!number(row, board.query.sort) && ranked.contains(value)) return true;
    return !seen.emplace(contest(row, board.is_by_task), value).second;
  });
}

}  // namespace

Leaderboard reference_leaderboard(const std::vector<RunRecord>& records, LeaderboardQuery query) {
  Leaderboard board;
  board.query = query;
  board.rows = Reference(records, query).rows();
  std::erase_if(board.rows, [&query](const LeaderboardRow& row) {
    return (!query.task.empty() && row.task != query.task) ||
           !std::all_of(query.filters.begin(), query.filters.end(),
                        [&row](const std::string& filter) { return passes(row, filter); });
  });
  const auto has = [&query](const LeaderboardRow& row) { return row.values.contains(query.sort); };
  if (std::none_of(board.rows.begin(), board.rows.end(), has)) board.rows.clear();
  board.is_by_task = std::any_of(
      board.rows.begin(), board.rows.end(),
      [&](const LeaderboardRow& row) { return has(row) && !row.batch.contains(query.sort); });
  std::stable_sort(board.rows.begin(), board.rows.end(),
                   [&board](const auto& a, const auto& b) { return is_before(a, b, board); });
  keep_groups(board);

  std::map<Texts, std::int64_t> places;
  const LeaderboardRow* above = nullptr;
  for (LeaderboardRow& row : board.rows) {
    const std::int64_t place = ++places[contest(row, board.is_by_task)];
    const auto value = number(row, query.sort);
    if (!value) continue;
    const bool is_tied = place > 1 && number(*above, query.sort) == value;
    row.rank = is_tied ? above->rank : place;
    above = &row;
  }
  places.clear();
  std::erase_if(board.rows, [&](const LeaderboardRow& row) {
    return query.limit > 0 && ++places[contest(row, board.is_by_task)] > query.limit;
  });
  return board;
}

}  // namespace yardstick::test
