#include "results/leaderboard.h"

#include "results/leaderboard_filter.h"
#include "results/leaderboard_rows.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <tuple>

namespace yardstick {
namespace {

using detail::Connection;
using detail::Statement;

// What a table shows first, in this order: of each line the first pattern that is measured at all.
// Layout only; nothing else depends on a tag's name.
constexpr std::array<std::array<std::string_view, 3>, 6> kHeadlines = {{
    {"accuracy/top1", "accuracy/*", ""},
    {"throughput/inference/images", "throughput/inference/*", "throughput/*"},
    {"latency/inference/median", "latency/inference/*", "latency/*"},
    {"memory/peak", "memory/inference/peak", "memory/*peak*"},
    {"model/parameters", "params/total", ""},
    {"model/macs", "macs/image", ""},
}};
// Shown on request only. A category that is not listed, a plug-in's own, is a headline.
constexpr std::array<std::string_view, 13> kQuietCategories = {
    "accuracy", "calibration", "data",   "flops", "latency",    "loss", "macs",
    "memory",   "model",       "params", "time",  "throughput", "train"};

[[noreturn]] void throw_nothing_to_rank(const Connection& connection) {
  std::string counts;
  std::int64_t total = 0;
  bool has_kept_off = false;
  Statement select = connection.prepare(
      "SELECT CASE WHEN status <> 'ok' THEN status WHEN eligible THEN 'without a measurement' "
      "ELSE 'kept off' END AS why, count(*) FROM runs GROUP BY why");
  while (select.step()) {
    counts += concat(counts.empty() ? "" : ", ", select.integer(1), " ", select.text(0));
    has_kept_off = has_kept_off || select.text(0) == "kept off";
    total += select.integer(1);
  }
  if (total == 0) {
    throw_user(concat(connection.path(), " holds no run yet"), "yardstick bench MODEL records one");
  }
  throw_user(concat("no run in ", connection.path(), " is fit for a leaderboard: ", counts),
             has_kept_off
                 ? "those kept off come from debug builds or limited data; --all shows them"
                 : "");
}

void keep_task(const std::string& task, std::vector<LeaderboardRow>& rows) {
  if (task.empty()) return;
  std::set<std::string> present;
  std::erase_if(rows, [&](const LeaderboardRow& row) {
    if (!row.task.empty()) present.insert(row.task);
    return row.task != task;
  });
  if (!rows.empty()) return;
  const std::vector<std::string> names(present.begin(), present.end());
  throw_user(concat("no row is of task ", task), suggestion(task, names));
}

void add_unless_there(std::vector<std::string>& columns, const std::string& tag) {
  if (std::find(columns.begin(), columns.end(), tag) == columns.end()) columns.push_back(tag);
}

std::vector<std::string> headline_tags(const std::vector<std::string>& tags) {
  std::vector<std::string> headlines;
  for (const auto& patterns : kHeadlines) {
    for (const std::string_view pattern : patterns) {
      const auto found = std::find_if(tags.begin(), tags.end(), [pattern](const std::string& tag) {
        return glob_match(pattern, tag);
      });
      if (found == tags.end()) continue;
      add_unless_there(headlines, *found);
      break;
    }
  }
  std::set<std::string> seen(kQuietCategories.begin(), kQuietCategories.end());
  for (const std::string& tag : tags) {
    if (seen.insert(tag.substr(0, tag.find('/'))).second) headlines.push_back(tag);
  }
  return headlines;
}

std::string resolve_sort(const std::string& sort, const std::vector<LeaderboardRow>& rows) {
  const std::vector<std::string> tags = detail::tags_of(rows);
  if (std::find(tags.begin(), tags.end(), sort) != tags.end()) return sort;
  const std::vector<std::string> headlines = headline_tags(tags);
  if (sort == LeaderboardQuery().sort && !headlines.empty()) return headlines.front();
  throw_user(concat("no row has a measurement ", sort), suggestion(sort, tags));
}

// Whether a figure comes from a task's data rather than from bench.
bool is_scored(const std::string& tag, const std::vector<LeaderboardRow>& rows) {
  return std::any_of(rows.begin(), rows.end(), [&tag](const LeaderboardRow& row) {
    return row.values.contains(tag) && !row.batch.contains(tag);
  });
}

// Rows compare where they were scored on the same data, or by a figure that needs none.
using Contest = std::tuple<std::string, std::string, std::string>;

Contest contest_of(const LeaderboardRow& row, bool is_by_task) {
  if (!is_by_task) return {};
  return {row.task, row.split, row.data};
}

bool is_ordered_before(const LeaderboardRow& a, const LeaderboardRow& b, const std::string& sort,
                       bool is_by_task) {
  const Contest contest_a = contest_of(a, is_by_task);
  const Contest contest_b = contest_of(b, is_by_task);
  if (contest_a != contest_b) {
    if (a.task.empty() != b.task.empty()) return b.task.empty();  // speed alone comes last
    if (a.task != b.task) return natural_less(a.task, b.task);
    return contest_a < contest_b;
  }
  const auto x = detail::number_of(a, sort);
  const auto y = detail::number_of(b, sort);
  if (x.has_value() != y.has_value()) return x.has_value();
  if (x && *x != *y) {
    return a.values.at(sort).direction == Direction::kLowerIsBetter ? *x < *y : *x > *y;
  }
  if (a.values.size() != b.values.size()) return a.values.size() > b.values.size();
  if (a.newest != b.newest) return a.newest > b.newest;
  return std::tie(a.model, a.weights, a.methods, a.params, a.device, a.precision) <
         std::tie(b.model, b.weights, b.methods, b.params, b.device, b.precision);
}

// Best first, hence the first of each group stays. A row that cannot be ranked stays only where its
// group has no other.
void keep_best_of_each(const std::string& group, bool is_by_task, const std::string& sort,
                       std::vector<LeaderboardRow>& rows) {
  if (group == "none") return;
  const auto fields = detail::text_fields();
  if (std::find(fields.begin(), fields.end(), group) == fields.end()) {
    std::vector<std::string> choices = fields;
    choices.push_back("none");
    throw_user(concat("cannot group by ", group), suggestion(group, choices));
  }
  std::set<std::pair<Contest, std::string>> seen;
  std::set<std::string> ranked;
  for (const LeaderboardRow& row : rows) {
    if (detail::number_of(row, sort)) ranked.insert(detail::text_field(row, group));
  }
  std::erase_if(rows, [&](const LeaderboardRow& row) {
    const std::string value = detail::text_field(row, group);
    if (!detail::number_of(row, sort) && ranked.contains(value)) return true;
    return !seen.emplace(contest_of(row, is_by_task), value).second;
  });
}

void number_rows(const std::string& sort, bool is_by_task, std::vector<LeaderboardRow>& rows) {
  std::map<Contest, std::int64_t> places;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto value = detail::number_of(rows[i], sort);
    if (!value) continue;
    const Contest contest = contest_of(rows[i], is_by_task);
    const std::int64_t place = ++places[contest];
    const bool is_tied = i > 0 && contest_of(rows[i - 1], is_by_task) == contest &&
                         detail::number_of(rows[i - 1], sort) == value;
    rows[i].rank = is_tied ? rows[i - 1].rank : place;
  }
}

// Rows are in order, each contest's together. What has no rank comes last.
void keep_best(std::int64_t limit, bool is_by_task, std::vector<LeaderboardRow>& rows) {
  if (limit <= 0) return;
  std::map<Contest, std::int64_t> kept;
  std::erase_if(
      rows, [&](const LeaderboardRow& row) { return ++kept[contest_of(row, is_by_task)] > limit; });
}

}  // namespace

Leaderboard query_leaderboard(const ResultStore& store, const LeaderboardQuery& query) {
  const Connection& connection = store.impl().connection;
  Leaderboard board;
  board.query = query;
  board.rows = detail::load_rows(connection, query.include_ineligible);
  if (board.rows.empty()) throw_nothing_to_rank(connection);

  keep_task(query.task, board.rows);
  std::vector<std::string> filtered;
  for (const std::string& filter : query.filters) {
    filtered.push_back(detail::apply_filter(filter, board.rows));
  }
  const std::string sort = resolve_sort(query.sort, board.rows);
  board.query.sort = sort;

  const bool is_by_task = is_scored(sort, board.rows);
  board.is_by_task = is_by_task;
  std::sort(board.rows.begin(), board.rows.end(),
            [&](const LeaderboardRow& a, const LeaderboardRow& b) {
              return is_ordered_before(a, b, sort, is_by_task);
            });
  keep_best_of_each(query.group, is_by_task, sort, board.rows);
  number_rows(sort, is_by_task, board.rows);
  keep_best(query.limit, is_by_task, board.rows);

  const std::vector<std::string> tags = detail::tags_of(board.rows);
  board.columns.push_back(sort);
  for (const std::string& name : filtered) {
    if (std::find(tags.begin(), tags.end(), name) != tags.end()) {
      add_unless_there(board.columns, name);
    }
  }
  for (const std::string& tag : headline_tags(tags)) add_unless_there(board.columns, tag);
  return board;
}

}  // namespace yardstick
