#include "results/tied_rows.h"

#include "metrics/statistics/multiple.h"
#include "results/store_impl.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace yardstick {
namespace {

constexpr char kPairedTag[] = "accuracy/top1";

using Contest = std::tuple<std::string, std::string, std::string>;

// Which samples a model got right.
struct Hits {
  std::string run;
  std::string samples;  // index and target as stored: equal bytes are equal samples
  std::int64_t count = 0;
  std::vector<std::uint64_t> bits;
};

std::string bytes_of(std::span<const std::byte> blob) {
  return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}

std::int64_t ones(const std::vector<std::uint64_t>& bits) {
  std::int64_t count = 0;
  for (const std::uint64_t word : bits) count += std::popcount(word);
  return count;
}

// The outcomes behind the row's accuracy: of its newest run that has any, where they give the
// figure that the row shows.
std::optional<Hits> hits_of(const detail::Connection& connection, const LeaderboardRow& row) {
  detail::Statement select = connection.prepare(
      "SELECT n, sample_index, target, correct FROM outcomes JOIN runs USING (run) WHERE id = ?");
  for (const std::string& id : row.run_ids) {
    select.reset();
    select.bind(0, std::string_view(id));
    if (!select.step()) continue;
    const std::span<const std::byte> correct = select.blob(3);
    Hits hits{id, bytes_of(select.blob(1)) + bytes_of(select.blob(2)), select.integer(0),
              std::vector<std::uint64_t>((correct.size() + 7) / 8)};
    std::memcpy(hits.bits.data(), correct.data(), correct.size());
    const double share = static_cast<double>(ones(hits.bits)) / static_cast<double>(hits.count);
    if (std::abs(share - row.values.at(kPairedTag).value) > 1e-9) return std::nullopt;
    return hits;
  }
  return std::nullopt;
}

struct Entry {
  std::size_t row = 0;  // in the board
  const Measurement* figure = nullptr;
};

// Rows of one contest, best first, and what is known of their pairs.
class Order {
 public:
  Order(const Leaderboard& board, std::vector<Entry> entries)
      : board_(board), entries_(std::move(entries)) {
    const bool is_lower = figure(0).direction == Direction::kLowerIsBetter;
    std::stable_sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
      return is_lower ? a.figure->value < b.figure->value : a.figure->value > b.figure->value;
    });
  }

  void test_pairs(const detail::Connection& connection, std::vector<PairedRows>& pairs) {
    std::vector<std::optional<Hits>> hits;
    for (std::size_t i = 0; i < std::min(entries_.size(), kMostPairedRows); ++i) {
      hits.push_back(hits_of(connection, board_.rows[entries_[i].row]));
    }
    // One model's accuracy may stand in several rows, which differ in speed: each test counts once.
    std::map<std::pair<std::string, std::string>, std::size_t> tests;
    std::vector<std::size_t> test_of_pair;
    std::vector<double> p_values;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    const std::size_t first_pair = pairs.size();
    for (std::size_t a = 0; a < hits.size(); ++a) {
      for (std::size_t b = a + 1; b < hits.size(); ++b) {
        if (!hits[a] || !hits[b] || hits[a]->samples != hits[b]->samples) continue;
        if (hits[a]->run == hits[b]->run) {
          is_resolved_[{a, b}] = false;
          continue;
        }
        pairs.push_back(paired(entries_[a].row, *hits[a], entries_[b].row, *hits[b]));
        const auto [test, is_new] =
            tests.try_emplace(std::minmax(hits[a]->run, hits[b]->run), p_values.size());
        if (is_new) p_values.push_back(pairs.back().p);
        test_of_pair.push_back(test->second);
        places.emplace_back(a, b);
      }
    }
    const std::vector<double> adjusted = holm(p_values);
    for (std::size_t i = 0; i < places.size(); ++i) {
      pairs[first_pair + i].adjusted_p = adjusted[test_of_pair[i]];
      is_resolved_[places[i]] = adjusted[test_of_pair[i]] < kTieLevel;
    }
  }

  void add_groups(std::vector<std::vector<std::size_t>>& groups) const {
    std::size_t begin = 0;
    while (begin < entries_.size()) {
      std::size_t end = begin + 1;
      double highest_low = figure(begin).low.value_or(0);
      double lowest_high = figure(begin).high.value_or(0);
      while (has_interval(begin) && end < entries_.size() && has_interval(end) &&
             joins(end, begin, highest_low, lowest_high)) {
        highest_low = std::max(highest_low, *figure(end).low);
        lowest_high = std::min(lowest_high, *figure(end).high);
        ++end;
      }
      if (end - begin > 1) {
        std::vector<std::size_t>& group = groups.emplace_back();
        for (std::size_t place = begin; place < end; ++place) {
          group.push_back(entries_[place].row);
        }
      }
      begin = end;
    }
  }

 private:
  static PairedRows paired(std::size_t first, const Hits& a, std::size_t second, const Hits& b) {
    PairedRows pair;
    pair.first = first;
    pair.second = second;
    pair.samples = a.count;
    for (std::size_t word = 0; word < a.bits.size(); ++word) {
      pair.only_first += std::popcount(a.bits[word] & ~b.bits[word]);
      pair.only_second += std::popcount(b.bits[word] & ~a.bits[word]);
    }
    pair.p = mcnemar_exact_p(pair.only_first, pair.only_second);
    pair.difference = paired_accuracy_difference(pair.only_first, pair.only_second, pair.samples);
    return pair;
  }

  const Measurement& figure(std::size_t place) const { return *entries_[place].figure; }
  bool has_interval(std::size_t place) const {
    return figure(place).low.has_value() && figure(place).high.has_value();
  }

  // Whether the row is tied with every row from `begin` up to it. Rows that were not tested in
  // pairs need no loop: the ends that lie furthest in decide.
  bool joins(std::size_t place, std::size_t begin, double highest_low, double lowest_high) const {
    const Measurement& candidate = figure(place);
    if (place >= kMostPairedRows || is_resolved_.empty()) {
      return *candidate.low <= lowest_high && *candidate.high >= highest_low;
    }
    for (std::size_t member = begin; member < place; ++member) {
      const auto tested = is_resolved_.find({member, place});
      const bool is_apart =
          tested != is_resolved_.end()
              ? tested->second
              : *candidate.low > *figure(member).high || *candidate.high < *figure(member).low;
      if (is_apart) return false;
    }
    return true;
  }

  const Leaderboard& board_;
  std::vector<Entry> entries_;
  std::map<std::pair<std::size_t, std::size_t>, bool> is_resolved_;  // by place
};

}  // namespace

std::vector<TiedRows> tied_rows(const Leaderboard& board, const ResultStore* store) {
  // A bench figure compares whatever the data: contest 0.
  std::map<Contest, std::size_t> contests;
  std::map<std::string_view, std::map<std::size_t, std::vector<Entry>>> by_tag;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const LeaderboardRow& row = board.rows[i];
    const std::size_t own =
        contests.try_emplace({row.task, row.split, row.data}, contests.size() + 1).first->second;
    for (const auto& [tag, figure] : row.values) {
      if (std::isnan(figure.value) || figure.direction == Direction::kNeutral) continue;
      by_tag[tag][row.batch.contains(tag) ? 0 : own].push_back({i, &figure});
    }
  }
  std::vector<TiedRows> all;
  for (auto& [tag, entries_of_contests] : by_tag) {
    TiedRows tied{.tag = std::string(tag), .groups = {}, .pairs = {}};
    for (auto& [contest, entries] : entries_of_contests) {
      Order order(board, std::move(entries));
      if (store != nullptr && tag == kPairedTag) {
        order.test_pairs(store->impl().connection, tied.pairs);
      }
      order.add_groups(tied.groups);
    }
    all.push_back(std::move(tied));
  }
  return all;
}

}  // namespace yardstick
