#include <yardstick/names.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace yardstick {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

bool glob_match(std::string_view glob, std::string_view name) {
  std::size_t g = 0, n = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = n;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
      ++g;
      ++n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const auto run = [](std::string_view s, std::size_t from) {
        std::size_t end = from;
        while (end < s.size() && is_digit(s[end])) ++end;
        std::size_t start = from;
        while (start + 1 < end && s[start] == '0') ++start;
        return std::pair(s.substr(start, end - start), end);
      };
      const auto [x, after_x] = run(a, i);
      const auto [y, after_y] = run(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = after_x;
      j = after_y;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;  // differ in leading zeros only
}

std::vector<std::string> nearest_names(std::string_view name,
                                       std::span<const std::string> candidates, std::size_t limit) {
  struct Scored {
    std::size_t distance;
    const std::string* name;
  };
  std::vector<Scored> near;
  const std::size_t reach = std::max<std::size_t>(2, name.size() / 3);
  for (const std::string& candidate : candidates) {
    // A name cut short ("hiera_b") is nearer than its missing letters say.
    const bool is_prefix = name.size() >= 3 && candidate.starts_with(name);
    const std::size_t distance = is_prefix ? 1 : edit_distance(name, candidate);
    if (distance <= reach) near.push_back({distance, &candidate});
  }
  std::stable_sort(near.begin(), near.end(), [](const Scored& a, const Scored& b) {
    return a.distance != b.distance ? a.distance < b.distance : natural_less(*a.name, *b.name);
  });
  if (near.size() > limit) near.resize(limit);
  std::vector<std::string> names;
  for (const Scored& scored : near) names.push_back(*scored.name);
  return names;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  const auto near = nearest_names(name, candidates);
  if (near.empty()) return {};
  std::string text = "did you mean " + near[0];
  for (std::size_t i = 1; i < near.size(); ++i) {
    text += (i + 1 == near.size() ? " or " : ", ") + near[i];
  }
  return text + "?";
}

}  // namespace yardstick
