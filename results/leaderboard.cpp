#include "results/leaderboard.h"

#include "results/leaderboard_filter.h"
#include "results/leaderboard_rows.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace yardstick {
namespace {

using detail::Candidate;
using detail::Connection;
using Group = detail::ConfigurationGroup;
using detail::LeaderboardRows;
using detail::Statement;
using detail::StoredValue;

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

void keep_task(const std::string& task, std::vector<Candidate*>& rows) {
  if (task.empty()) return;
  std::set<std::string> present;
  std::erase_if(rows, [&](const Candidate* candidate) {
    const std::string& its_task = candidate->task();
    if (its_task == task) return false;
    if (!its_task.empty()) present.insert(its_task);
    return true;
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

// The tag to sort by, and what the rows have of it.
struct SortKey {
  std::string tag;
  const std::vector<const StoredValue*>* column = nullptr;

  const StoredValue* of(const Candidate* row) const { return (*column)[row->position]; }
};

SortKey resolve_sort(const std::string& sort, LeaderboardRows& source,
                     const std::vector<Candidate*>& rows) {
  const SortKey asked{sort, &source.column(sort)};
  if (std::any_of(rows.begin(), rows.end(),
                  [&asked](const Candidate* row) { return asked.of(row) != nullptr; })) {
    return asked;
  }
  const std::vector<std::string> tags = source.tags_of(rows);
  const std::vector<std::string> headlines = headline_tags(tags);
  if (sort == LeaderboardQuery().sort && !headlines.empty()) {
    return {headlines.front(), &source.column(headlines.front())};
  }
  throw_user(concat("no row has a measurement ", sort), suggestion(sort, tags));
}

// Whether a figure comes from a task's data rather than from bench.
bool is_scored(const SortKey& sort, const std::vector<Candidate*>& rows) {
  return std::any_of(rows.begin(), rows.end(), [&sort](const Candidate* row) {
    const StoredValue* value = sort.of(row);
    return value != nullptr && value->batch == 0;
  });
}

// Rows compare where they were scored on the same data, or by a figure that needs none.
using Contest = std::tuple<std::string_view, std::string_view, std::string_view>;

Contest contest_of(const Candidate& row, bool is_by_task) {
  if (!is_by_task) return {};
  return {row.task(), row.text(Group::kSplit), row.text(Group::kData)};
}

struct IsEarlierContest {
  bool operator()(const Contest& a, const Contest& b) const {
    const std::string_view task = std::get<0>(a), other = std::get<0>(b);
    if (task.empty() != other.empty()) return other.empty();  // speed alone comes last
    if (task != other) return natural_less(task, other);
    return a < b;
  }
};

// A row and where its sort key puts it, smallest first.
struct Placed {
  Candidate* row = nullptr;
  std::optional<double> key;

  bool is_tied_with(const Placed& other) const { return key == other.key; }
};

Placed place(Candidate* row, const SortKey& sort) {
  const StoredValue* value = sort.of(row);
  auto key = detail::number_of(value);
  if (key && value->quantity->direction != Direction::kLowerIsBetter) key = -*key;
  return {row, key};
}

bool is_ordered_before(const Placed& a, const Placed& b) {
  if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
  return a.key && *a.key < *b.key;
}

// Among rows whose sort keys are equal.
bool is_shown_before(LeaderboardRows& source, Candidate& a, Candidate& b) {
  const std::size_t count_a = source.values(a).size(), count_b = source.values(b).size();
  if (count_a != count_b) return count_a > count_b;
  const std::string &newest_a = source.newest(a), &newest_b = source.newest(b);
  if (newest_a != newest_b) return newest_a > newest_b;
  const auto compare = [&](Group::Text which) { return a.text(which).compare(b.text(which)); };
  if (const int order = compare(Group::kModel); order != 0) return order < 0;
  if (const int order = source.weights(a).compare(source.weights(b)); order != 0) return order < 0;
  for (const Group::Text which :
       {Group::kMethods, Group::kParams, Group::kDevice, Group::kPrecision}) {
    if (const int order = compare(which); order != 0) return order < 0;
  }
  return false;
}

// Best first: the best row of each group, ranked, up to the limit. Rows are put in order only as
// far as that takes, since the order of equal rows costs a look at all their values.
class Ranking {
 public:
  Ranking(LeaderboardRows& source, const SortKey& sort, const LeaderboardQuery& query,
          bool is_by_task)
      : source_(source), sort_(sort), query_(query), is_by_task_(is_by_task) {}

  std::vector<Candidate*> rank(const std::vector<Candidate*>& rows) {
    std::map<Contest, std::vector<Placed>, IsEarlierContest> contests;
    for (Candidate* row : rows) {
      const Placed placed = place(row, sort_);
      if (placed.key && is_grouped()) ranked_groups_.insert(source_.text(*row, query_.group));
      contests[contest_of(*row, is_by_task_)].push_back(placed);
    }
    for (auto& [contest, placed] : contests) rank_contest(placed);
    return std::move(ranked_);
  }

 private:
  bool is_grouped() const { return query_.group != "none"; }

  void rank_contest(std::vector<Placed>& rows) {
    std::stable_sort(rows.begin(), rows.end(), is_ordered_before);
    std::unordered_set<std::string> seen;
    std::int64_t kept = 0;
    for (auto begin = rows.begin(); begin != rows.end();) {
      auto end = begin;
      while (end != rows.end() && end->is_tied_with(*begin)) ++end;
      kept += rank_equals(std::span(begin, end), kept, seen);
      if (query_.limit > 0 && kept >= query_.limit) return;
      begin = end;
    }
  }

  // Returns how many of them it kept.
  std::int64_t rank_equals(std::span<const Placed> equals, std::int64_t above,
                           std::unordered_set<std::string>& seen) {
    const bool has_key = equals.front().key.has_value();
    std::vector<Candidate*> rows;
    for (const Placed& placed : equals) {
      if (is_grouped()) {
        const std::string group = source_.text(*placed.row, query_.group);
        // A row that cannot be ranked stays only where its group has no other.
        if (seen.contains(group) || (!has_key && ranked_groups_.contains(group))) continue;
      }
      rows.push_back(placed.row);
    }
    if (rows.size() > 1) {
      std::stable_sort(rows.begin(), rows.end(), [this](Candidate* a, Candidate* b) {
        return is_shown_before(source_, *a, *b);
      });
    }
    std::int64_t kept = 0;
    for (Candidate* row : rows) {
      if (is_grouped() && !seen.insert(source_.text(*row, query_.group)).second) continue;
      row->rank = has_key ? above + 1 : 0;
      ranked_.push_back(row);
      ++kept;
      if (query_.limit > 0 && above + kept >= query_.limit) break;
    }
    return kept;
  }

  LeaderboardRows& source_;
  const SortKey& sort_;
  const LeaderboardQuery& query_;
  const bool is_by_task_;
  std::unordered_set<std::string> ranked_groups_;
  std::vector<Candidate*> ranked_;
};

void check_group(const std::string& group) {
  std::vector<std::string> choices = detail::text_fields();
  choices.push_back("none");
  if (std::find(choices.begin(), choices.end(), group) == choices.end()) {
    throw_user(concat("cannot group by ", group), suggestion(group, choices));
  }
}

}  // namespace

Leaderboard query_leaderboard(const ResultStore& store, const LeaderboardQuery& query) {
  const Connection& connection = store.impl().connection;
  const detail::Snapshot snapshot(connection);
  Leaderboard board;
  board.query = query;
  LeaderboardRows source(connection, query.include_ineligible);
  std::vector<Candidate*> rows = source.all();
  if (rows.empty()) throw_nothing_to_rank(connection);

  keep_task(query.task, rows);
  std::vector<std::string> filtered;
  for (const std::string& filter : query.filters) {
    filtered.push_back(detail::apply_filter(filter, source, rows));
  }
  const SortKey sort = resolve_sort(query.sort, source, rows);
  board.query.sort = sort.tag;
  check_group(query.group);

  board.is_by_task = is_scored(sort, rows);
  rows = Ranking(source, sort, query, board.is_by_task).rank(rows);
  board.rows.reserve(rows.size());
  for (Candidate* row : rows) board.rows.push_back(source.complete(*row));

  const std::vector<std::string> tags = detail::tags_of(board.rows);
  board.columns.push_back(sort.tag);
  for (const std::string& name : filtered) {
    if (std::find(tags.begin(), tags.end(), name) != tags.end()) {
      add_unless_there(board.columns, name);
    }
  }
  for (const std::string& tag : headline_tags(tags)) add_unless_there(board.columns, tag);
  return board;
}

}  // namespace yardstick
