#include "results/leaderboard_rows.h"

#include "results/configuration.h"
#include "results/store_impl.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace yardstick::detail {
namespace {

// What quality and speed have in common.
struct Subject {
  std::string model, params, methods, device, device_name, precision;
  auto operator<=>(const Subject&) const = default;
};

struct QualityKey {
  Subject subject;
  std::string weights, task, split, data;
  auto operator<=>(const QualityKey&) const = default;
};

struct SpeedKey {
  Subject subject;
  std::int64_t threads = 0;
  std::string protocol;
  auto operator<=>(const SpeedKey&) const = default;
};

struct Newest {
  Measurement measurement;
  std::string when;  // start of the run, then its row number: orders runs by age
  std::string run_id;
  std::string weights;     // for people
  std::string flags;       // JSON array
  std::int64_t batch = 0;  // 0 but for speed
};

using ByTag = std::map<std::string, Newest>;
using ByTagAndBatch = std::map<std::pair<std::string, std::int64_t>, Newest>;

struct Loaded {
  std::map<QualityKey, ByTag> quality;
  std::map<SpeedKey, ByTagAndBatch> speed;
};

template <typename Key>
void keep_newer(std::map<Key, Newest>& values, const Key& key, Newest value) {
  const auto found = values.find(key);
  if (found == values.end()) {
    values.emplace(key, std::move(value));
  } else if (found->second.when < value.when) {
    found->second = std::move(value);
  }
}

Loaded load(const Connection& connection, bool include_ineligible) {
  Statement select = connection.prepare(
      "SELECT tag, value, low, high, unit, direction, n, about, aspect, model, config_params, "
      "config_methods, device, config_device, precision, weights, task, split, data, threads, "
      "profile, batch_size, newest, id, config_weights, weights_tag, flags "
      "FROM newest_measurements WHERE eligible = 1 OR ?");
  select.bind(0, std::int64_t{include_ineligible});
  Loaded loaded;
  while (select.step()) {
    Newest value{.measurement = read_measurement(select, 0, connection),
                 .when = select.text(22),
                 .run_id = select.text(23),
                 .weights = display_weights(select.text(24), select.text(25)),
                 .flags = select.text(26),
                 .batch = select.integer(21)};
    Subject subject{select.text(9),  select.text(10), select.text(11),
                    select.text(12), select.text(13), select.text(14)};
    const std::string tag = value.measurement.tag;
    if (select.text(8) == "speed") {
      const SpeedKey key{std::move(subject), select.integer(19), select.text(20)};
      keep_newer(loaded.speed[key], {tag, value.batch}, std::move(value));
    } else {
      const QualityKey key{std::move(subject), select.text(15), select.text(16), select.text(17),
                           select.text(18)};
      keep_newer(loaded.quality[key], tag, std::move(value));
    }
  }
  return loaded;
}

// Counts are of the model or of one sample, whatever the batch.
bool depends_on_batch(Unit unit) {
  return unit == Unit::kSeconds || unit == Unit::kPerSecond || unit == Unit::kBytes;
}

bool is_better_batch(const Newest& candidate, const Newest& chosen) {
  return candidate.measurement.direction == Direction::kHigherIsBetter
             ? candidate.measurement.value > chosen.measurement.value
             : candidate.batch < chosen.batch;
}

ByTag best_batches(const ByTagAndBatch& values) {
  ByTag best;
  for (const auto& [tag_and_batch, value] : values) {
    const auto [found, is_new] = best.try_emplace(tag_and_batch.first, value);
    if (!is_new && is_better_batch(value, found->second)) found->second = value;
  }
  return best;
}

class RowMaker {
 public:
  explicit RowMaker(const Subject& subject) {
    row_.model = subject.model;
    row_.family = subject.model.substr(0, subject.model.find('_'));
    row_.params = subject.params;
    row_.methods = subject.methods;
    row_.device = subject.device;
    row_.device_name = subject.device_name;
    row_.precision = subject.precision;
  }

  RowMaker& add_quality(const QualityKey& key, const ByTag& values) {
    row_.task = key.task;
    row_.split = key.split;
    row_.data = key.data;
    add(values);
    return *this;
  }

  RowMaker& add_speed(const SpeedKey& key, const ByTag& values) {
    row_.threads = key.threads;
    row_.protocol = key.protocol;
    add(values);
    return *this;
  }

  LeaderboardRow finish() {
    std::set<std::string> flags;
    for (const auto& [run, newest] : runs_) {
      row_.run_ids.push_back(run.second);
      for (const auto& flag : nlohmann::json::parse(*newest, nullptr, false)) {
        if (flag.is_string()) flags.insert(flag.get<std::string>());
      }
    }
    row_.flags.assign(flags.begin(), flags.end());
    row_.newest = runs_.begin()->first.first.substr(0, runs_.begin()->first.first.find(' '));
    return std::move(row_);
  }

 private:
  void add(const ByTag& values) {
    for (const auto& [tag, value] : values) {
      // What both runs measured, such as the number of parameters: the first, quality, stands.
      if (!row_.values.emplace(tag, value.measurement).second) continue;
      if (value.batch > 0) {
        row_.batch.emplace(tag, depends_on_batch(value.measurement.unit) ? value.batch : 0);
      }
      if (row_.weights.empty()) row_.weights = value.weights;
      runs_.emplace(std::pair(value.when, value.run_id), &value.flags);
    }
  }

  LeaderboardRow row_;
  std::map<std::pair<std::string, std::string>, const std::string*, std::greater<>> runs_;
};

}  // namespace

std::vector<LeaderboardRow> load_rows(const Connection& connection, bool include_ineligible) {
  const Loaded loaded = load(connection, include_ineligible);
  std::map<Subject, std::vector<std::pair<const SpeedKey*, ByTag>>> speed;
  for (const auto& [key, values] : loaded.speed) {
    speed[key.subject].emplace_back(&key, best_batches(values));
  }
  std::vector<LeaderboardRow> rows;
  std::set<Subject> evaluated;
  for (const auto& [key, values] : loaded.quality) {
    evaluated.insert(key.subject);
    const auto found = speed.find(key.subject);
    if (found == speed.end()) {
      rows.push_back(RowMaker(key.subject).add_quality(key, values).finish());
      continue;
    }
    for (const auto& [speed_key, speeds] : found->second) {
      rows.push_back(
          RowMaker(key.subject).add_quality(key, values).add_speed(*speed_key, speeds).finish());
    }
  }
  for (const auto& [subject, measured] : speed) {
    if (evaluated.contains(subject)) continue;
    for (const auto& [key, speeds] : measured) {
      rows.push_back(RowMaker(subject).add_speed(*key, speeds).finish());
    }
  }
  return rows;
}

}  // namespace yardstick::detail
