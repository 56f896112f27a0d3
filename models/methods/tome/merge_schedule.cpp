#include "models/methods/tome/merge_schedule.h"

#include <cstddef>

namespace yardstick {

std::vector<std::int64_t> merge_schedule(std::int64_t r, double inflect, std::int64_t depth) {
  if (depth == 1) return {r};
  const auto first = static_cast<std::int64_t>(static_cast<double>(r) * (1.0 - inflect));
  const std::int64_t last = 2 * r - first;
  const double step = static_cast<double>(last - first) / static_cast<double>(depth - 1);
  std::vector<std::int64_t> schedule;
  for (std::int64_t i = 0; i < depth; ++i) {
    schedule.push_back(
        static_cast<std::int64_t>(static_cast<double>(first) + step * static_cast<double>(i)));
  }
  return schedule;
}

std::vector<std::int64_t> padded_schedule(std::vector<std::int64_t> list, std::int64_t depth) {
  if (static_cast<std::int64_t>(list.size()) < depth) list.resize(static_cast<std::size_t>(depth));
  return list;
}

}  // namespace yardstick
