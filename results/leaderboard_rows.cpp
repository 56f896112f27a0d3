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

namespace {

using Run = StoredValue::Run;
using Group = ConfigurationGroup;

// Texts of equal rows above one another are mostly the same object.
int compare(const Group& a, const Group& b, int texts) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(texts); ++i) {
    if (a.texts[i] == b.texts[i]) continue;
    if (const int order = a.texts[i]->compare(*b.texts[i]); order != 0) return order;
  }
  return 0;
}

bool is_same_group(const Group& a, const Group& b) {
  return a.is_speed == b.is_speed && a.threads == b.threads && *a.protocol == *b.protocol &&
         compare(a, b, Group::kTexts) == 0;
}

// The fields that are texts of the row as they are stored.
int stored_text(const std::string& field) {
  constexpr std::pair<std::string_view, int> kFields[] = {{"model", Group::kModel},
                                                          {"device", Group::kDevice},
                                                          {"device_name", Group::kDeviceName},
                                                          {"precision", Group::kPrecision},
                                                          {"task", Group::kTask},
                                                          {"split", Group::kSplit},
                                                          {"data", Group::kData}};
  for (const auto& [name, text] : kFields) {
    if (name == field) return text;
  }
  return -1;
}

LeaderboardRow keys_of(const Candidate& candidate) {
  LeaderboardRow row;
  row.model = candidate.text(Group::kModel);
  row.family = row.model.substr(0, row.model.find('_'));
  row.params = candidate.text(Group::kParams);
  row.methods = candidate.text(Group::kMethods);
  row.task = candidate.text(Group::kTask);
  row.split = candidate.text(Group::kSplit);
  row.data = candidate.text(Group::kData);
  row.device = candidate.text(Group::kDevice);
  row.device_name = candidate.text(Group::kDeviceName);
  row.precision = candidate.text(Group::kPrecision);
  if (candidate.speed != nullptr) {
    row.threads = candidate.speed->threads;
    row.protocol = *candidate.speed->protocol;
  }
  return row;
}

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
  load_groups();
  pair_up();
}

void LeaderboardRows::load_tags() {
  Statement select =
      connection_.prepare("SELECT tag, min(quantity) FROM quantities GROUP BY tag ORDER BY tag");
  while (select.step()) {
    tag_places_[select.integer(1)] = tags_.size();
    tags_.push_back(select.text(0));
  }
}

const std::string* LeaderboardRows::keep_text(std::string_view text, const std::string* above) {
  if (above != nullptr && *above == text) return above;
  return &texts_.emplace_back(text);
}

// The table's UNIQUE index gives them in this order, quality first.
void LeaderboardRows::load_groups() {
  Statement select = connection_.prepare(
      concat("SELECT configuration, ", kConfigurationColumns,
             " FROM configurations WHERE eligible = 1 OR ? ORDER BY ", kConfigurationColumns));
  select.bind(0, std::int64_t{include_ineligible_});
  while (select.step()) {
    const Group* above = groups_.empty() ? nullptr : &groups_.back();
    Group group;
    group.is_speed = select.view(1) == "speed";
    for (std::size_t i = 0; i < Group::kTexts; ++i) {
      group.texts[i] = keep_text(select.view(2 + static_cast<int>(i)),
                                 above == nullptr ? nullptr : above->texts[i]);
    }
    group.threads = select.integer(12);
    group.protocol = keep_text(select.view(13), above == nullptr ? nullptr : above->protocol);
    if (above == nullptr || !is_same_group(*above, group)) {
      group.begin = configurations_.size();
      groups_.push_back(group);
    }
    const std::int64_t id = select.integer(0);
    configuration_places_[id] = configurations_.size();
    configurations_.push_back({.id = id, .batch = select.integer(14)});
    groups_.back().end = configurations_.size();
  }
}

void LeaderboardRows::add(const Group* quality, const Group* speed) {
  Candidate& candidate = candidates_.emplace_back();
  candidate.position = candidates_.size() - 1;
  candidate.quality = quality;
  candidate.speed = speed;
}

// Both kinds are in the order of their subjects: what they have in common.
void LeaderboardRows::pair_up() {
  const auto order = [](const Group& a, const Group& b) {
    return compare(a, b, Group::kSubjectTexts);
  };
  const auto first_speed = std::find_if(groups_.begin(), groups_.end(),
                                        [](const Group& group) { return group.is_speed; });
  std::vector<const Group*> not_evaluated;
  auto speed = first_speed;
  for (auto quality = groups_.begin(); quality != first_speed; ++quality) {
    for (; speed != groups_.end() && order(*speed, *quality) < 0; ++speed) {
      not_evaluated.push_back(&*speed);
    }
    auto same = speed;
    for (; same != groups_.end() && order(*same, *quality) == 0; ++same) add(&*quality, &*same);
    if (same == speed) add(&*quality, nullptr);
    const auto next = std::next(quality);
    if (next == first_speed || order(*next, *quality) != 0) speed = same;
  }
  for (; speed != groups_.end(); ++speed) not_evaluated.push_back(&*speed);
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
const StoredValue* LeaderboardRows::pick(const Group* quality, const Group* speed,
                                         const Find& find) const {
  const StoredValue* chosen = nullptr;
  for (std::size_t i = quality == nullptr ? 0 : quality->begin;
       quality != nullptr && i < quality->end; ++i) {
    const StoredValue* value = find(i);
    if (value != nullptr && (chosen == nullptr || is_newer(*value, *chosen))) chosen = value;
  }
  if (chosen != nullptr || speed == nullptr) return chosen;
  for (std::size_t i = speed->begin; i < speed->end;) {
    const StoredValue* of_batch = nullptr;
    const std::int64_t batch = configurations_[i].batch;
    for (; i < speed->end && configurations_[i].batch == batch; ++i) {
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
  column_by_configuration_.assign(configurations_.size(), std::nullopt);
  Statement select = connection_.prepare(
      "SELECT configuration, quantity, value, run, started_at FROM newest_values "
      "JOIN quantities USING (quantity) WHERE tag = ?");
  select.bind(0, std::string_view(tag));
  while (select.step()) {
    const auto place = configuration_places_.find(select.integer(0));
    if (place == configuration_places_.end()) continue;
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
    for (const Group* group : {candidate->quality, candidate->speed}) {
      if (group == nullptr) continue;
      for (std::size_t i = group->begin; i < group->end; ++i) wanted.insert(configurations_[i].id);
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
  if (candidate.values.empty()) {
    if (candidate.quality != nullptr) add_values(*candidate.quality, candidate.values);
    if (candidate.speed != nullptr) add_values(*candidate.speed, candidate.values);
  }
  return candidate.values;
}

// Adds what is not picked already, in the order of tags. Every configuration has its values in that
// order, so they are gone through side by side.
void LeaderboardRows::add_values(const Group& group, std::vector<const StoredValue*>& picked) {
  const std::size_t already = picked.size();
  std::vector<std::size_t> next(group.end - group.begin, 0);
  const auto find = [&](std::size_t i, std::size_t tag) -> const StoredValue* {
    const auto& stored = configurations_[i].values;
    std::size_t& at = next[i - group.begin];
    return at < stored.size() && stored[at].tag == tag ? &stored[at++] : nullptr;
  };
  for (std::size_t known = 0;;) {
    std::size_t tag = tags_.size();
    for (std::size_t i = 0; i < next.size(); ++i) {
      const auto& stored = values_of(configurations_[group.begin + i]);
      if (next[i] < stored.size()) tag = std::min(tag, stored[next[i]].tag);
    }
    if (tag == tags_.size()) return;
    const auto find_tag = [&](std::size_t i) { return find(i, tag); };
    const StoredValue* value =
        group.is_speed ? pick(nullptr, &group, find_tag) : pick(&group, nullptr, find_tag);
    while (known < already && picked[known]->tag < tag) ++known;
    if (known == already || picked[known]->tag != tag) picked.push_back(value);
  }
}

const std::string& LeaderboardRows::newest(Candidate& candidate) {
  if (!candidate.newest.empty()) return candidate.newest;
  const auto& picked = values(candidate);
  if (picked.empty()) return candidate.newest;
  const StoredValue* last = picked.front();
  for (const StoredValue* value : picked) {
    if (value->run != last->run && is_newer(*value, *last)) last = value;
  }
  const std::string& began = last->run->started_at;
  return candidate.newest = began.substr(0, began.find(' '));
}

const std::string& LeaderboardRows::weights(Candidate& candidate) {
  for (const StoredValue* value : values(candidate)) {
    if (!candidate.weights.empty()) break;
    load_details(*value->run);
    candidate.weights = value->run->weights;
  }
  return candidate.weights;
}

std::string LeaderboardRows::text(Candidate& candidate, const std::string& field) {
  if (const int stored = stored_text(field); stored >= 0) return candidate.text(stored);
  if (field == "weights") return weights(candidate);
  if (field != "params" && field != "methods") return text_field(keys_of(candidate), field);
  // Written out of JSON, and the same for many rows.
  const std::string& json = candidate.text(field == "params" ? Group::kParams : Group::kMethods);
  const auto [found, is_new] = displayed_.try_emplace(field + ' ' + json);
  if (is_new) found->second = text_field(keys_of(candidate), field);
  return found->second;
}

LeaderboardRow LeaderboardRows::complete(Candidate& candidate) {
  LeaderboardRow row = keys_of(candidate);
  row.rank = candidate.rank;
  row.weights = weights(candidate);
  row.newest = newest(candidate);
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
  return row;
}

}  // namespace yardstick::detail
