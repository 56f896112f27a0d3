#pragma once

#include "results/leaderboard.h"
#include "results/leaderboard_rows.h"

#include <optional>
#include <string>
#include <vector>

namespace yardstick::detail {

// What a row can be filtered and grouped by, as people see it.
std::vector<std::string> text_fields();
std::string text_field(const LeaderboardRow& row, const std::string& field);

// Tags that any of the rows has, in natural order.
std::vector<std::string> tags_of(const std::vector<LeaderboardRow>& rows);

// A value, unless it is absent or no number.
std::optional<double> number_of(const StoredValue* value);

// Keeps the rows for which `filter` ("device=cpu", "accuracy/top1>0.9") holds. Texts take = and !=
// with globs; measurements take = != < <= > >= with %, k, M, G, KiB, MiB, GiB, us, ms, s behind the
// number. Throws User on an unknown name or a condition that holds for no row. Returns the name.
std::string apply_filter(const std::string& filter, LeaderboardRows& source,
                         std::vector<Candidate*>& rows);

}  // namespace yardstick::detail
