#include "runners/comparison/paired_outcomes.h"

#include <yardstick/error.h>

#include <cstddef>
#include <unordered_map>

namespace yardstick {
namespace {

bool is_right(const Outcomes& outcomes, std::size_t at) {
  return outcomes.prediction[at] == outcomes.target[at];
}

}  // namespace

PairedOutcomes pair_outcomes(const Outcomes& reference, const Outcomes& side, double confidence) {
  std::unordered_map<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < reference.index.size(); ++i) places[reference.index[i]] = i;

  PairedOutcomes paired;
  for (std::size_t i = 0; i < side.index.size(); ++i) {
    const auto place = places.find(side.index[i]);
    if (place == places.end()) continue;
    const std::size_t j = place->second;
    if (side.target[i] != reference.target[j]) {
      throw_data(concat("sample ", side.index[i], " has class ", reference.target[j],
                        " on one side and ", side.target[i], " on the other"),
                 "score both on the same data");
    }
    const bool theirs = is_right(reference, j);
    const bool ours = is_right(side, i);
    ++paired.samples;
    paired.both += theirs && ours ? 1 : 0;
    paired.only_reference += theirs && !ours ? 1 : 0;
    paired.only_side += ours && !theirs ? 1 : 0;
  }
  paired.unpaired =
      static_cast<std::int64_t>(reference.index.size() + side.index.size()) - 2 * paired.samples;
  if (paired.samples == 0) return paired;
  paired.p = mcnemar_exact_p(paired.only_side, paired.only_reference);
  paired.difference = paired_accuracy_difference(paired.only_side, paired.only_reference,
                                                 paired.samples, confidence);
  return paired;
}

}  // namespace yardstick
