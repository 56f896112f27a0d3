#pragma once

#include "results/leaderboard.h"
#include "results/sqlite_connection.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
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

// Configurations that differ in batch size and eligibility alone.
struct ConfigurationGroup {
  enum Text { kModel, kParams, kMethods, kDevice, kDeviceName, kPrecision, kSubjectTexts };
  enum QualityText { kWeights = kSubjectTexts, kTask, kSplit, kData, kTexts };

  bool is_speed = false;
  std::array<const std::string*, kTexts> texts = {};  // those of quality are "" for speed
  std::int64_t threads = 0;
  const std::string* protocol = nullptr;
  std::size_t begin = 0, end = 0;  // its configurations
};

// A row of which only the keys are loaded.
struct Candidate {
  const ConfigurationGroup* quality = nullptr;  // one of the two may be missing
  const ConfigurationGroup* speed = nullptr;
  std::size_t position = 0;  // in the order of the keys
  std::int64_t rank = 0;
  // Once asked for.
  std::vector<const StoredValue*> values;
  std::string weights, newest;

  const std::string& text(int which) const {
    return *(quality != nullptr ? quality : speed)->texts[static_cast<std::size_t>(which)];
  }
  const std::string& task() const { return text(ConfigurationGroup::kTask); }
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

  // text_field() of the whole row.
  std::string text(Candidate& candidate, const std::string& field);
  // In the order of tags, those of quality first.
  const std::vector<const StoredValue*>& values(Candidate& candidate);
  // When the newest of the row's runs began.
  const std::string& newest(Candidate& candidate);
  const std::string& weights(Candidate& candidate);
  LeaderboardRow complete(Candidate& candidate);

 private:
  struct Configuration {
    std::int64_t id = 0;
    std::int64_t batch = 0;
    bool is_loaded = false;
    std::vector<StoredValue> values = {};  // in the order of tags
  };
  using Groups = std::deque<ConfigurationGroup>;

  void load_tags();
  void load_groups();
  void pair_up();
  void add(const ConfigurationGroup* quality, const ConfigurationGroup* speed);
  const std::string* keep_text(std::string_view text, const std::string* above);
  const StoredValue::Quantity& quantity(std::int64_t number);
  std::size_t tag_place(std::int64_t first_quantity) const;
  StoredValue::Run& run(std::int64_t number, const Statement& row, int started_at_column);
  void load_details(StoredValue::Run& run);
  const std::vector<StoredValue>& values_of(Configuration& configuration);
  template <typename Find>
  const StoredValue* pick(const ConfigurationGroup* quality, const ConfigurationGroup* speed,
                          const Find& find) const;
  void add_values(const ConfigurationGroup& group, std::vector<const StoredValue*>& picked);

  const Connection& connection_;
  const bool include_ineligible_;
  std::deque<std::string> texts_;
  Groups groups_;
  std::vector<Configuration> configurations_;
  std::unordered_map<std::int64_t, std::size_t> configuration_places_;  // by id
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

}  // namespace yardstick::detail
