#pragma once

#include "results/configuration.h"
#include "results/leaderboard.h"
#include "results/reporters.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// What the printed leaderboards have in common: which columns there are, and what they say.
namespace yardstick::detail {

// Something that describes a row, such as its weights.
struct Field {
  const char* title;
  std::function<std::string(const LeaderboardRow&)> text;
  bool is_of_speed = false;
  bool is_of_model = false;
};

struct FieldLayout {
  std::vector<Field> columns;       // those in which rows differ, and not only as their models do
  std::vector<std::string> common;  // "precision fp32": those in which all agree
};
// How a table of these rows writes their methods.
MethodTexts method_texts(const std::vector<LeaderboardRow>& rows);

FieldLayout lay_out_fields(const Leaderboard& board);

// The figures of one tag, in one unit where they allow it.
struct ValueColumn {
  std::string tag = {};
  std::string unit = {};   // for the heading; "" where cells have their own
  std::int64_t batch = 0;  // of all figures; 0 where it differs or is none
  Direction direction = Direction::kNeutral;
  std::vector<const Measurement*> values = {};  // null where a row has none
  std::vector<MeasurementText> cells = {};      // the unit only where the column has none
  std::vector<std::int64_t> batches = {};       // where it differs; else 0
};
ValueColumn value_column(const Leaderboard& board, const std::string& tag,
                         const LeaderboardStyle& style);

// The batch size that all figures of a column share, if they do; 0 where they have none.
std::optional<std::int64_t> common_batch(const Leaderboard& board, const std::string& tag);

// "-" where the row has no rank.
std::string rank_text(const LeaderboardRow& row);
bool has_notes(const Leaderboard& board);
bool has_interval(const Leaderboard& board, const LeaderboardStyle& style);

// Rows that do not compare stand in sections of their own; `begins_section` of the i-th row.
bool begins_section(const Leaderboard& board, std::size_t i);
bool has_titles(const Leaderboard& board);
// "digits (val)"; "speed alone" where nothing was scored.
std::string contest_title(const LeaderboardRow& row);

}  // namespace yardstick::detail
