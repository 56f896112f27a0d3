#include "tasks/io/augment/rand_augment_policy.h"

#include <yardstick/check.h>
#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <span>
#include <utility>

namespace yardstick {
namespace {

struct WeightedOp {
  std::string_view name;
  double weight;
};

constexpr std::string_view kPlain[] = {"AutoContrast", "Equalize",      "Invert",       "Rotate",
                                       "Posterize",    "Solarize",      "SolarizeAdd",  "Color",
                                       "Contrast",     "Brightness",    "Sharpness",    "ShearX",
                                       "ShearY",       "TranslateXRel", "TranslateYRel"};
constexpr std::string_view kIncreasing[] = {"AutoContrast",
                                            "Equalize",
                                            "Invert",
                                            "Rotate",
                                            "PosterizeIncreasing",
                                            "SolarizeIncreasing",
                                            "SolarizeAdd",
                                            "ColorIncreasing",
                                            "ContrastIncreasing",
                                            "BrightnessIncreasing",
                                            "SharpnessIncreasing",
                                            "ShearX",
                                            "ShearY",
                                            "TranslateXRel",
                                            "TranslateYRel"};
constexpr std::string_view k3a[] = {"SolarizeIncreasing", "Desaturate", "GaussianBlur"};
constexpr WeightedOp kWeights[] = {{"Rotate", 0.3},
                                   {"ShearX", 0.2},
                                   {"ShearY", 0.2},
                                   {"TranslateXRel", 0.1},
                                   {"TranslateYRel", 0.1},
                                   {"ColorIncreasing", 0.025},
                                   {"SharpnessIncreasing", 0.025},
                                   {"AutoContrast", 0.025},
                                   {"SolarizeIncreasing", 0.005},
                                   {"SolarizeAdd", 0.005},
                                   {"ContrastIncreasing", 0.005},
                                   {"BrightnessIncreasing", 0.005},
                                   {"Equalize", 0.005},
                                   {"PosterizeIncreasing", 0.005},
                                   {"Invert", 0.005}};
constexpr WeightedOp k3aw[] = {{"SolarizeIncreasing", 3},
                               {"Desaturate", 3},
                               {"GaussianBlur", 3},
                               {"Rotate", 1.5},
                               {"ShearX", 1},
                               {"ShearY", 1},
                               {"PosterizeIncreasing", 0.5},
                               {"AutoContrast", 0.5},
                               {"ColorIncreasing", 0.5},
                               {"SharpnessIncreasing", 0.5},
                               {"ContrastIncreasing", 0.5},
                               {"BrightnessIncreasing", 0.5},
                               {"Equalize", 0.5},
                               {"Invert", 0.5}};

OpChoice even(std::span<const std::string_view> names) {
  return {{names.begin(), names.end()}, {}};
}

OpChoice weighted(std::span<const WeightedOp> ops) {
  OpChoice choice;
  double sum = 0;
  for (const WeightedOp& op : ops) sum += op.weight;
  for (const WeightedOp& op : ops) {
    choice.names.push_back(op.name);
    choice.weights.push_back(op.weight / sum);
  }
  return choice;
}

// timm takes larger ones for infinity.
constexpr double kMaxStd = 100;
constexpr std::string_view kExample = "a policy looks like rand-m9-mstd0.5-inc1";
const std::vector<std::string> kKeys = {"m", "n", "p", "mstd", "mmax", "inc", "t"};
const std::vector<std::string> kSets = {"weights", "3a", "3aw"};

[[noreturn]] void refuse(std::string_view policy, const std::string& why, std::string hint) {
  if (hint.empty()) hint = kExample;
  throw_user(concat("RandAugment policy '", policy, "': ", why), std::move(hint));
}

template <typename Number>
Number number(std::string_view policy, std::string_view section, std::string_view text,
              Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() ||
      !(value >= least && value <= most)) {
    refuse(policy, concat("'", section, "' is out of range"),
           concat(std::is_integral_v<Number> ? "a whole number from " : "a number from ", least,
                  " to ", most, " belongs there"));
  }
  return value;
}

std::string shortest(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

OpChoice op_choice(const RandAugmentPolicy& policy) {
  if (policy.set == "weights") return weighted(kWeights);
  if (policy.set == "3a") return even(k3a);
  if (policy.set == "3aw") return weighted(k3aw);
  YS_CHECK(policy.set.empty(), policy.set);
  return policy.is_increasing ? even(kIncreasing) : even(kPlain);
}

RandAugmentPolicy rand_augment_policy_from_string(std::string_view text) {
  RandAugmentPolicy policy;
  std::set<std::string, std::less<>> seen;
  std::size_t start = 0;
  for (int i = 0; start <= text.size(); ++i) {
    const std::size_t dash = std::min(text.find('-', start), text.size());
    const std::string_view section = text.substr(start, dash - start);
    start = dash + 1;
    if (i == 0) {
      if (section != "rand") refuse(text, "it does not begin with 'rand'", "");
      continue;
    }
    const bool is_set = section.starts_with('t');
    const std::size_t digits =
        is_set ? 1 : std::min(section.find_first_of("0123456789."), section.size());
    const std::string key(section.substr(0, digits));
    const std::string_view value = section.substr(digits);
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      refuse(text, concat("'", section, "' is no section"), suggestion(key, kKeys));
    }
    if (!seen.insert(key).second) refuse(text, concat("'", key, "' occurs twice"), "");
    constexpr std::int64_t kMost = 1000;
    if (key == "m") {
      policy.magnitude = number<std::int64_t>(text, section, value, 0, kMost);
    } else if (key == "n") {
      policy.count = number<std::int64_t>(text, section, value, 1, kMost);
    } else if (key == "p") {
      policy.probability = number<double>(text, section, value, 0, 1);
    } else if (key == "mstd") {
      policy.magnitude_std = number<double>(text, section, value, 0, kMost);
      if (policy.magnitude_std > kMaxStd) {
        policy.magnitude_std = std::numeric_limits<double>::infinity();
      }
    } else if (key == "mmax") {
      policy.max_magnitude = number<std::int64_t>(text, section, value, 1, kMost);
    } else if (key == "inc") {
      if (value != "1") {
        refuse(text, concat("'", section, "' is read as inc1 by timm, or passed over"),
               "write inc1, or leave it out");
      }
      policy.is_increasing = true;
    } else {
      policy.set = value;
      if (std::find(kSets.begin(), kSets.end(), policy.set) == kSets.end()) {
        std::string hint = suggestion(value, kSets);
        refuse(text, concat("there is no set of operations '", value, "'"),
               hint.empty() ? "it is one of weights, 3a, 3aw" : std::move(hint));
      }
    }
  }
  const OpChoice choice = op_choice(policy);
  if (!choice.weights.empty() && policy.count > static_cast<std::int64_t>(choice.names.size())) {
    refuse(text,
           concat("n", policy.count, " is more than its ", choice.names.size(),
                  " operations, which are drawn without replacement"),
           "use a smaller n");
  }
  return policy;
}

std::string to_string(const RandAugmentPolicy& policy) {
  const RandAugmentPolicy usual;
  std::string text = "rand";
  if (!policy.set.empty()) text += "-t" + policy.set;
  if (policy.magnitude != usual.magnitude) text += concat("-m", policy.magnitude);
  if (policy.count != usual.count) text += concat("-n", policy.count);
  if (policy.probability != usual.probability) text += "-p" + shortest(policy.probability);
  if (policy.magnitude_std != usual.magnitude_std) {
    text += "-mstd" + shortest(std::min(policy.magnitude_std, kMaxStd + 1));
  }
  if (policy.max_magnitude != usual.max_magnitude) text += concat("-mmax", policy.max_magnitude);
  if (policy.is_increasing) text += "-inc1";
  return text;
}

}  // namespace yardstick
