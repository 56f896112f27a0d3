#include "results/leaderboard_rows.h"

#include "results/configuration.h"
#include "results/leaderboard_filter.h"
#include "results/newest.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace yardstick::detail {

// Configurations that differ in batch size and eligibility alone.
struct LeaderboardRows::Group {
  bool is_speed = false;
  // What quality and speed have in common.
  std::string model, params, methods, device, device_name, precision;
  std::string weights, task, split, data;
  std::int64_t threads = 0;
  std::string protocol;
  Candidate::Range configurations;

  auto subject() const { return std::tie(model, params, methods, device, device_name, precision); }
  auto key() const {
    return std::tuple_cat(std::tie(is_speed), subject(),
                          std::tie(weights, task, split, data, threads, protocol));
  }
};

namespace {

using Run = StoredValue::Run;

bool is_newer(const StoredValue& a, const StoredValue& b) {
  return std::tie(a.run->started_at, a.run->run) > std::tie(b.run->started_at, b.run->run);
}

// Counts are of the model or of one sample, whatever the batch.
bool depends_on_batch(Unit unit) {
  return unit == Unit::kSeconds || unit == Unit::kPerSecond || unit == Unit::kBytes;
}

// Batches come in ascending order, so elsewhere the first, the smallest, stays.
bool is_better_batch(const StoredValue& candidate, const StoredValue& chosen) {
  return candidate.quantity->direction == Direction::kHigherIsBetter &&
         candidate.value > chosen.value;
}

Measurement measurement_of(const StoredValue& value) {
  return {.tag = value.quantity->tag,
          .value = value.value,
          .low = value.low,
          .high = value.high,
          .unit = value.quantity->unit,
          .direction = value.quantity->direction,
          .n = value.n,
          .about = value.quantity->about};
}

}  // namespace

LeaderboardRows::LeaderboardRows(const Connection& connection, bool include_ineligible)
    : connection_(connection), include_ineligible_(include_ineligible) {
  load_tags();
  pair_up(load_groups());
}

void LeaderboardRows::load_tags() {
  Statement select =
      connection_.prepare("SELECT tag, min(quantity) FROM quantities GROUP BY tag ORDER BY tag");
  while (select.step()) {
    tag_places_[select.integer(1)] = tags_.size();
    tags_.push_back(select.text(0));
  }
}

// The table's UNIQUE index gives them in this order, quality first.
std::vector<LeaderboardRows::Group> LeaderboardRows::load_groups() {
  Statement select = connection_.prepare(
      concat("SELECT configuration, ", kConfigurationColumns,
             " FROM configurations WHERE eligible = 1 OR ? ORDER BY ", kConfigurationColumns));
  select.bind(0, std::int64_t{include_ineligible_});
  std::vector<Group> groups;
  Group group;
  while (select.step()) {
    group.is_speed = select.text(1) == "speed";
    int column = 2;
    for (std::string* text :
         {&group.model, &group.params, &group.methods, &group.device, &group.device_name,
          &group.precision, &group.weights, &group.task, &group.split, &group.data}) {
      *text = select.text(column++);
    }
    group.threads = select.integer(12);
    group.protocol = select.text(13);
    if (groups.empty() || groups.back().key() != group.key()) {
      group.configurations.begin = configurations_.size();
      groups.push_back(group);
    }
    configurations_.push_back({.id = select.integer(0), .batch = select.integer(14)});
    groups.back().configurations.end = configurations_.size();
  }
  return groups;
}

// Both kinds are in the order of their subjects.
void LeaderboardRows::pair_up(const std::vector<Group>& groups) {
  const auto first_speed =
      std::find_if(groups.begin(), groups.end(), [](const Group& group) { return group.is_speed; });
  const auto add = [this](const Group* quality, const Group* speed) {
    const Group& any = quality != nullptr ? *quality : *speed;
    Candidate& candidate = candidates_.emplace_back();
    candidate.position = candidates_.size() - 1;
    LeaderboardRow& row = candidate.row;
    row.model = any.model;
    row.family = any.model.substr(0, any.model.find('_'));
    row.params = any.params;
    row.methods = any.methods;
    row.device = any.device;
    row.device_name = any.device_name;
    row.precision = any.precision;
    if (quality != nullptr) {
      row.task = quality->task;
      row.split = quality->split;
      row.data = quality->data;
      candidate.quality = quality->configurations;
    }
    if (speed != nullptr) {
      row.threads = speed->threads;
      row.protocol = speed->protocol;
      candidate.speed = speed->configurations;
    }
  };
  std::vector<const Group*> not_evaluated;
  auto speed = first_speed;
  for (auto quality = groups.begin(); quality != first_speed; ++quality) {
    for (; speed != groups.end() && speed->subject() < quality->subject(); ++speed) {
      not_evaluated.push_back(&*speed);
    }
    auto same = speed;
    for (; same != groups.end() && same->subject() == quality->subject(); ++same) {
      add(&*quality, &*same);
    }
    if (same == speed) add(&*quality, nullptr);
    const auto next = std::next(quality);
    if (next == first_speed || next->subject() != quality->subject()) speed = same;
  }
  for (; speed != groups.end(); ++speed) not_evaluated.push_back(&*speed);
  for (const Group* group : not_evaluated) add(nullptr, group);
}

std::vector<Candidate*> LeaderboardRows::all() {
  std::vector<Candidate*> rows;
  rows.reserve(candidates_.size());
  for (Candidate& candidate : candidates_) rows.push_back(&candidate);
  return rows;
}

const StoredValue::Quantity& LeaderboardRows::quantity(std::int64_t number) {
  const auto [found, is_new] = quantities_.try_emplace(number);
  if (!is_new) return found->second;
  Statement select = connection_.prepare(
      "SELECT tag, NULL, NULL, NULL, unit, direction, 0, about FROM quantities WHERE quantity = ?");
  if (!select.bind(0, number).step()) {
    throw_data(concat(connection_.path(), " lacks quantity ", number),
               "it was changed by another program; restore a backup");
  }
  Measurement measurement = read_measurement(select, 0, connection_);
  found->second = {std::move(measurement.tag), measurement.unit, measurement.direction,
                   std::move(measurement.about)};
  return found->second;
}

std::size_t LeaderboardRows::tag_place(std::int64_t first_quantity) const {
  const auto found = tag_places_.find(first_quantity);
  if (found == tag_places_.end()) {
    throw_data(concat(connection_.path(), " has newest values of no tag"),
               "it was changed by another program; `yardstick results check` says more");
  }
  return found->second;
}

Run& LeaderboardRows::run(std::int64_t number, const Statement& row, int started_at_column) {
  const auto [found, is_new] = runs_.try_emplace(number);
  if (is_new) {
    found->second.run = number;
    found->second.started_at = row.text(started_at_column);
  }
  return found->second;
}

void LeaderboardRows::load_details(Run& run) {
  if (run.has_details) return;
  if (!select_details_) {
    select_details_ = connection_.prepare(
        "SELECT id, config_weights, weights_tag, flags FROM runs WHERE run = ?");
  }
  Statement& select = *select_details_;
  if (select.bind(0, run.run).step()) {
    run.id = select.text(0);
    run.weights = display_weights(select.text(1), select.text(2));
    const std::string flags = select.text(3);
    if (flags != "[]") {
      for (const auto& flag : nlohmann::json::parse(flags, nullptr, false)) {
        if (flag.is_string()) run.flags.push_back(flag.get<std::string>());
      }
    }
  }
  select.reset();
  run.has_details = true;
}

const std::vector<StoredValue>& LeaderboardRows::values_of(Configuration& configuration) {
  if (configuration.is_loaded) return configuration.values;
  if (!select_values_) {
    select_values_ = connection_.prepare(
        "SELECT first_quantity, quantity, value, low, high, n, run, started_at FROM newest_values "
        "WHERE configuration = ?");
  }
  Statement& select = *select_values_;
  select.bind(0, configuration.id);
  Run* last = nullptr;
  while (select.step()) {
    if (last == nullptr || last->run != select.integer(6))
      last = &run(select.integer(6), select, 7);
    configuration.values.push_back(
        {.tag = tag_place(select.integer(0)),
         .quantity = &quantity(select.integer(1)),
         .value = select.optional_real(2).value_or(std::numeric_limits<double>::quiet_NaN()),
         .low = select.optional_real(3),
         .high = select.optional_real(4),
         .n = select.integer(5),
         .run = last,
         .batch = configuration.batch});
  }
  std::sort(configuration.values.begin(), configuration.values.end(),
            [](const StoredValue& a, const StoredValue& b) { return a.tag < b.tag; });
  configuration.is_loaded = true;
  return configuration.values;
}

// What a row has of one tag. `find` gives a configuration's value of it, or null. What both
// quality and speed have, such as the number of parameters: quality stands.
template <typename Find>
const StoredValue* LeaderboardRows::pick(Candidate::Range quality, Candidate::Range speed,
                                         const Find& find) const {
  const StoredValue* chosen = nullptr;
  for (std::size_t i = quality.begin; i < quality.end; ++i) {
    const StoredValue* value = find(i);
    if (value != nullptr && (chosen == nullptr || is_newer(*value, *chosen))) chosen = value;
  }
  if (chosen != nullptr) return chosen;
  for (std::size_t i = speed.begin; i < speed.end;) {
    const StoredValue* of_batch = nullptr;
    const std::int64_t batch = configurations_[i].batch;
    for (; i < speed.end && configurations_[i].batch == batch; ++i) {
      const StoredValue* value = find(i);
      if (value != nullptr && (of_batch == nullptr || is_newer(*value, *of_batch))) {
        of_batch = value;
      }
    }
    if (of_batch != nullptr && (chosen == nullptr || is_better_batch(*of_batch, *chosen))) {
      chosen = of_batch;
    }
  }
  return chosen;
}

const std::vector<const StoredValue*>& LeaderboardRows::column(const std::string& tag) {
  std::unordered_map<std::int64_t, std::size_t> places;
  places.reserve(configurations_.size());
  for (std::size_t i = 0; i < configurations_.size(); ++i) places[configurations_[i].id] = i;
  column_by_configuration_.assign(configurations_.size(), std::nullopt);
  Statement select = connection_.prepare(
      "SELECT configuration, quantity, value, run, started_at FROM newest_values "
      "JOIN quantities USING (quantity) WHERE tag = ?");
  select.bind(0, std::string_view(tag));
  while (select.step()) {
    const auto place = places.find(select.integer(0));
    if (place == places.end()) continue;
    column_by_configuration_[place->second] = {
        .quantity = &quantity(select.integer(1)),
        .value = select.optional_real(2).value_or(std::numeric_limits<double>::quiet_NaN()),
        .run = include_ineligible_ ? &run(select.integer(3), select, 4) : nullptr,
        .batch = configurations_[place->second].batch};
  }
  column_.resize(candidates_.size());
  for (const Candidate& candidate : candidates_) {
    column_[candidate.position] =
        pick(candidate.quality, candidate.speed, [this](std::size_t i) -> const StoredValue* {
          return column_by_configuration_[i] ? &*column_by_configuration_[i] : nullptr;
        });
  }
  return column_;
}

std::vector<std::string> LeaderboardRows::tags_of(const std::vector<Candidate*>& rows) {
  std::unordered_set<std::int64_t> wanted;
  for (const Candidate* candidate : rows) {
    for (const Candidate::Range& range : {candidate->quality, candidate->speed}) {
      for (std::size_t i = range.begin; i < range.end; ++i) wanted.insert(configurations_[i].id);
    }
  }
  Statement select = connection_.prepare(
      "SELECT configuration FROM newest_values JOIN quantities USING (quantity) WHERE tag = ?");
  std::vector<std::string> present;
  for (const std::string& tag : tags_) {
    select.bind(0, std::string_view(tag));
    while (select.step()) {
      if (!wanted.contains(select.integer(0))) continue;
      present.push_back(tag);
      break;
    }
    select.reset();
  }
  std::sort(present.begin(), present.end(), natural_less);
  return present;
}

const std::vector<const StoredValue*>& LeaderboardRows::values(Candidate& candidate) {
  if (!candidate.values.empty()) return candidate.values;
  std::vector<const StoredValue*>& picked = candidate.values;
  for (const bool is_speed : {false, true}) {
    const Candidate::Range range = is_speed ? candidate.speed : candidate.quality;
    const std::size_t quality_count = is_speed ? picked.size() : 0;
    // Of each configuration the values in the order of tags, side by side.
    std::vector<std::size_t> next(range.end - range.begin, 0);
    for (;;) {
      std::size_t tag = tags_.size();
      for (std::size_t i = 0; i < next.size(); ++i) {
        const auto& stored = values_of(configurations_[range.begin + i]);
        if (next[i] < stored.size()) tag = std::min(tag, stored[next[i]].tag);
      }
      if (tag == tags_.size()) break;
      const auto find = [&](std::size_t i) -> const StoredValue* {
        const auto& stored = configurations_[i].values;
        std::size_t& at = next[i - range.begin];
        return at < stored.size() && stored[at].tag == tag ? &stored[at++] : nullptr;
      };
      const StoredValue* value = is_speed ? pick({}, range, find) : pick(range, {}, find);
      const auto known = std::lower_bound(
          picked.begin(), picked.begin() + static_cast<std::ptrdiff_t>(quality_count), tag,
          [](const StoredValue* a, std::size_t b) { return a->tag < b; });
      const bool is_known = known != picked.begin() + static_cast<std::ptrdiff_t>(quality_count) &&
                            (*known)->tag == tag;
      if (!is_known) picked.push_back(value);
    }
  }
  return picked;
}

const std::string& LeaderboardRows::newest(Candidate& candidate) {
  std::string& newest = candidate.row.newest;
  if (!newest.empty()) return newest;
  const auto& picked = values(candidate);
  const StoredValue* last = picked.front();
  for (const StoredValue* value : picked) {
    if (is_newer(*value, *last)) last = value;
  }
  const std::string& began = last->run->started_at;
  return newest = began.substr(0, began.find(' '));
}

std::string LeaderboardRows::text(Candidate& candidate, const std::string& field) {
  if (field == "weights" && candidate.row.weights.empty()) {
    for (const StoredValue* value : values(candidate)) {
      load_details(*value->run);
      candidate.row.weights = value->run->weights;
      if (!candidate.row.weights.empty()) break;
    }
  }
  if (field != "params" && field != "methods") return text_field(candidate.row, field);
  // Written out of JSON, and the same for many rows.
  const std::string& stored = field == "params" ? candidate.row.params : candidate.row.methods;
  const auto [found, is_new] = displayed_.try_emplace(concat(field, ' ', stored));
  if (is_new) found->second = text_field(candidate.row, field);
  return found->second;
}

void LeaderboardRows::complete(Candidate& candidate) {
  LeaderboardRow& row = candidate.row;
  text(candidate, "weights");
  std::vector<Run*> runs;
  for (const StoredValue* value : values(candidate)) {
    const std::string& tag = value->quantity->tag;
    row.values.emplace_hint(row.values.end(), tag, measurement_of(*value));
    if (value->batch > 0) {
      row.batch.emplace_hint(row.batch.end(), tag,
                             depends_on_batch(value->quantity->unit) ? value->batch : 0);
    }
    if (std::find(runs.begin(), runs.end(), value->run) == runs.end()) runs.push_back(value->run);
  }
  std::sort(runs.begin(), runs.end(), [](const Run* a, const Run* b) {
    return std::tie(a->started_at, a->run) > std::tie(b->started_at, b->run);
  });
  std::set<std::string> flags;
  for (Run* run : runs) {
    load_details(*run);
    row.run_ids.push_back(run->id);
    flags.insert(run->flags.begin(), run->flags.end());
  }
  row.flags.assign(flags.begin(), flags.end());
  newest(candidate);
}

std::vector<LeaderboardRow> load_rows(const Connection& connection, bool include_ineligible) {
  const Snapshot snapshot(connection);
  LeaderboardRows source(connection, include_ineligible);
  std::vector<LeaderboardRow> rows;
  for (Candidate* candidate : source.all()) {
    source.complete(*candidate);
    rows.push_back(std::move(candidate->row));
  }
  return rows;
}

}  // namespace yardstick::detail
