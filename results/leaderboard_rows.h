#pragma once

#include "results/leaderboard.h"
#include "results/sqlite_connection.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace yardstick::detail {

// The newest value of one configuration and tag, as stored.
struct StoredValue {
  struct Quantity {
    std::string tag;
    Unit unit = Unit::kNone;
    Direction direction = Direction::kNeutral;
    std::string about;
  };
  struct Run {
    std::int64_t run = 0;
    std::string started_at;
    bool has_details = false;
    std::string id;       // from here on: with details only
    std::string weights;  // for people
    std::vector<std::string> flags;
  };

  std::size_t tag = 0;  // place among all tags, in their order
  const Quantity* quantity = nullptr;
  double value = 0;  // NaN: not a number
  std::optional<double> low = {}, high = {};
  std::int64_t n = 0;
  Run* run = nullptr;      // null where the values of one configuration are never compared
  std::int64_t batch = 0;  // 0 but for speed
};

// A row of which only the keys are loaded: model to precision, task to data, threads, protocol.
struct Candidate {
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  LeaderboardRow row;
  std::size_t position = 0;                // in the order of the keys
  Range quality, speed;                    // its configurations
  std::vector<const StoredValue*> values;  // once asked for
};

// The rows that a file gives: evaluated configurations with the speed of the same model on the same
// device, and benched ones that were not evaluated. A file has many times as many values as an
// answer shows, so they are loaded as they are asked for.
class LeaderboardRows {
 public:
  LeaderboardRows(const Connection& connection, bool include_ineligible);

  // In the order of their keys.
  std::vector<Candidate*> all();

  // What the rows have of one tag, by Candidate::position; null where they lack it. Valid until the
  // next call.
  const std::vector<const StoredValue*>& column(const std::string& tag);
  // Tags that any of the rows has, in natural order.
  std::vector<std::string> tags_of(const std::vector<Candidate*>& rows);

  // text_field() of the row.
  std::string text(Candidate& candidate, const std::string& field);
  // In the order of tags, those of quality first.
  const std::vector<const StoredValue*>& values(Candidate& candidate);
  // When the newest of the row's runs began.
  const std::string& newest(Candidate& candidate);
  // Loads all of candidate.row but its rank.
  void complete(Candidate& candidate);

 private:
  struct Configuration {
    std::int64_t id = 0;
    std::int64_t batch = 0;
    bool is_loaded = false;
    std::vector<StoredValue> values = {};  // in the order of tags
  };
  struct Group;

  void load_tags();
  std::vector<Group> load_groups();
  void pair_up(const std::vector<Group>& groups);
  const StoredValue::Quantity& quantity(std::int64_t number);
  std::size_t tag_place(std::int64_t first_quantity) const;
  StoredValue::Run& run(std::int64_t number, const Statement& row, int started_at_column);
  void load_details(StoredValue::Run& run);
  const std::vector<StoredValue>& values_of(Configuration& configuration);
  template <typename Find>
  const StoredValue* pick(Candidate::Range quality, Candidate::Range speed, const Find& find) const;

  const Connection& connection_;
  const bool include_ineligible_;
  std::vector<Configuration> configurations_;
  std::vector<Candidate> candidates_;
  std::vector<std::string> tags_;
  std::unordered_map<std::int64_t, std::size_t> tag_places_;  // by the tag's lowest quantity
  std::unordered_map<std::int64_t, StoredValue::Quantity> quantities_;
  std::unordered_map<std::int64_t, StoredValue::Run> runs_;
  std::unordered_map<std::string, std::string> displayed_;
  std::vector<std::optional<StoredValue>> column_by_configuration_;
  std::vector<const StoredValue*> column_;
  std::optional<Statement> select_values_, select_details_;
};

// All of them with all their values, unsorted and unranked.
std::vector<LeaderboardRow> load_rows(const Connection& connection, bool include_ineligible);

}  // namespace yardstick::detail
