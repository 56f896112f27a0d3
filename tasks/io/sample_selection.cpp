#include "tasks/io/sample_selection.h"

#include "tasks/io/sample_random.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace yardstick {

std::vector<std::int64_t> few_of_each_class(std::span<const Sample> samples,
                                            const std::vector<std::string>& class_names,
                                            std::int64_t per_class, std::uint64_t seed) {
  YS_CHECK(per_class > 0, per_class);
  std::vector<std::vector<std::int64_t>> by_class(class_names.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    by_class.at(static_cast<std::size_t>(samples[i].target))
        .push_back(static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> chosen;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    std::vector<std::int64_t>& positions = by_class[c];
    const auto wanted = static_cast<std::size_t>(per_class);
    if (positions.size() < wanted) {
      throw_user(
          concat("class ", class_names[c], " has ", positions.size(), " images, not ", per_class),
          "ask for fewer samples of each class");
    }
    SampleRandom random(seed, c, UINT64_MAX - 1);
    for (std::size_t i = 0; i < wanted; ++i) {
      std::swap(positions[i], positions[i + random.below(positions.size() - i)]);
    }
    chosen.insert(chosen.end(), positions.begin(),
                  positions.begin() + static_cast<std::ptrdiff_t>(wanted));
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::int64_t repeated_length(std::int64_t count, const Repetition& repetition) {
  const std::int64_t share = repetition.share > 0 ? repetition.share : repetition.ranks;
  if (repetition.rounded_to > 0 && count > repetition.rounded_to) {
    return count / repetition.rounded_to * repetition.rounded_to / share;
  }
  return (count + share - 1) / share;
}

std::vector<std::int64_t> repeated_order(std::span<const std::int64_t> order,
                                         const Repetition& repetition) {
  YS_CHECK(repetition.repeats >= 1 && repetition.ranks >= 1, repetition.repeats);
  const auto count = static_cast<std::int64_t>(order.size());
  const auto repeated =
      static_cast<std::int64_t>(std::ceil(repetition.repeats * static_cast<double>(count)));
  const std::int64_t length = repeated_length(count, repetition);
  std::vector<std::int64_t> out;
  out.reserve(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i) {
    // Where the ranks do not divide the repeated ones, the first fill up the last round.
    const std::int64_t at = (i * repetition.ranks + repetition.rank) % repeated;
    out.push_back(
        order[static_cast<std::size_t>(std::floor(static_cast<double>(at) / repetition.repeats))]);
  }
  return out;
}

}  // namespace yardstick
