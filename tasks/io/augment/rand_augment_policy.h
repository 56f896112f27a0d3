#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// What RandAugment (arXiv:1909.13719) does, as timm's rand_augment_transform reads it from a text
// such as "rand-m9-mstd0.5-inc1".
struct RandAugmentPolicy {
  std::int64_t magnitude = 10;      // m
  std::int64_t count = 2;           // n: operations drawn for an image
  double probability = 0.5;         // p: of each of them
  double magnitude_std = 0;         // mstd; infinite: magnitudes are uniform from 0 to `magnitude`
  std::int64_t max_magnitude = 10;  // mmax
  bool is_increasing = false;       // inc1: every operation gets stronger with magnitude
  std::string set;  // t: "", "weights", "3a", or "3aw", all but the first increasing

  bool operator==(const RandAugmentPolicy&) const = default;
};

// Throws User, with the nearest section, on a text that it does not understand or that timm would
// read as something else than it says.
RandAugmentPolicy rand_augment_policy_from_string(std::string_view text);
// The shortest text that reads as `policy`.
std::string to_string(const RandAugmentPolicy& policy);

// The operations that a policy draws from.
struct OpChoice {
  std::vector<std::string_view> names;
  std::vector<double> weights;  // sum 1, drawn without replacement; empty: even, with replacement
};
OpChoice op_choice(const RandAugmentPolicy& policy);

}  // namespace yardstick
