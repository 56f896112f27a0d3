#pragma once

#include "tasks/io/image_dataset.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace yardstick {

// Positions of `per_class` samples of each class, in rising order: the first places of Fisher and
// Yates' shuffle, from the first place up, of each class's positions, drawing from
// SampleRandom(seed, class, 2^64 - 2). Throws User, naming the class, where one has fewer.
std::vector<std::int64_t> few_of_each_class(std::span<const Sample> samples,
                                            const std::vector<std::string>& class_names,
                                            std::int64_t per_class, std::uint64_t seed);

// How an epoch repeats its samples, and which of the `ranks` of a distributed run looks.
struct Repetition {
  double repeats = 3;
  std::int64_t ranks = 1;
  std::int64_t rank = 0;
  // Samples are cut to a multiple of this where there are more; 0: not.
  std::int64_t rounded_to = 256;
  std::int64_t share = 0;  // of the samples, one in so many stays on a rank; 0: one in `ranks`
};

// Samples of an epoch on each rank.
std::int64_t repeated_length(std::int64_t count, const Repetition& repetition);

// timm's RepeatAugSampler (arXiv:1901.09335): each of `order` repeated in a row, dealt out to the
// ranks in turn, cut to repeated_length().
std::vector<std::int64_t> repeated_order(std::span<const std::int64_t> order,
                                         const Repetition& repetition);

}  // namespace yardstick
