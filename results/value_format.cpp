#include "results/reporters.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <map>

namespace yardstick {
namespace {

struct Scale {
  double factor = 1;  // shown value = stored value * factor
  std::string unit;
};

struct Step {
  double from;
  const char* unit;
};

Scale scale_of(double magnitude, std::initializer_list<Step> steps, const char* below) {
  for (const Step& step : steps) {
    // Half a unit of the third digit: 999.7 is shown as 1.00 of the next.
    if (magnitude >= step.from * 0.9995) return {1 / step.from, step.unit};
  }
  return {1, below};
}

Scale scale_of_seconds(double magnitude) {
  if (magnitude >= 7200) return {1.0 / 3600, "h"};
  if (magnitude >= 600) return {1.0 / 60, "min"};
  if (magnitude == 0 || magnitude >= 0.9995) return {1, "s"};
  if (magnitude >= 0.9995e-3) return {1e3, "ms"};
  if (magnitude >= 0.9995e-6) return {1e6, "µs"};
  return {1e9, "ns"};
}

Scale scale_of_joules(double magnitude) {
  if (magnitude == 0 || magnitude >= 0.9995) {
    return scale_of(magnitude, {{1e6, "MJ"}, {1e3, "kJ"}}, "J");
  }
  if (magnitude >= 0.9995e-3) return {1e3, "mJ"};
  return {1e6, "µJ"};
}

Scale scale_of(double value, Unit unit) {
  const double magnitude = std::abs(value);
  switch (unit) {
    case Unit::kFraction:
      return {100, "%"};
    case Unit::kSeconds:
      return scale_of_seconds(magnitude);
    case Unit::kBytes:
      return scale_of(magnitude,
                      {{0x1p40, "TiB"}, {0x1p30, "GiB"}, {0x1p20, "MiB"}, {0x1p10, "KiB"}}, "B");
    case Unit::kMacs:
      return scale_of(magnitude, {{1e12, "TMACs"}, {1e9, "GMACs"}, {1e6, "MMACs"}, {1e3, "kMACs"}},
                      "MACs");
    case Unit::kCount:
      if (magnitude < 1e4) return {1, ""};
      return scale_of(magnitude, {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}, "");
    case Unit::kPerSecond:
      if (magnitude < 1e5) return {1, "/s"};
      return scale_of(magnitude, {{1e9, "G/s"}, {1e6, "M/s"}, {1e3, "k/s"}}, "/s");
    case Unit::kNats:
      return {1, "nats"};
    case Unit::kJoules:
      return scale_of_joules(magnitude);
    case Unit::kWatts:
      return {1, "W"};
    case Unit::kNone:
      return {1, ""};
  }
  return {1, ""};
}

int order_of(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

// Decimals at which a half-width shows one or two digits, so that no digit of the value is noise
// (the Particle Data Group's rule: two below 355 of 1000, one above).
int decimals_of_half_width(double half_width) {
  const int order = order_of(half_width);
  const double lead = half_width / std::pow(10.0, order);  // 1 to 10
  return lead < 3.55 ? 1 - order : -order;
}

// Decimals of a shown value: what the interval bears; without one, three digits, or two decimals of
// a percentage.
int decimals_of(double shown, double half_width, bool is_whole, Unit unit) {
  constexpr int kMostDigits = 6;
  if (!std::isfinite(shown)) return 0;
  const int most = shown == 0 ? kMostDigits : kMostDigits - 1 - order_of(shown);
  int decimals = 2;
  if (half_width > 0 && std::isfinite(half_width)) {
    decimals = decimals_of_half_width(half_width);
  } else if (is_whole) {
    decimals = 0;
  } else if (unit != Unit::kFraction && shown != 0) {
    decimals = 2 - order_of(shown * 1.0005);  // 0.9997 is shown as 1.00
  }
  return std::clamp(decimals, 0, std::max(most, 0));
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char text[400];  // DBL_MAX has 309 digits
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

MeasurementText text_of(double value, const std::optional<double>& low,
                        const std::optional<double>& high, Unit unit, const Scale& scale) {
  const double shown = value * scale.factor;
  const double half_width = low && high ? (*high - *low) / 2 * scale.factor : 0;
  const bool is_whole = unit == Unit::kCount && scale.factor == 1 && shown == std::floor(shown);
  const int decimals = decimals_of(shown, half_width, is_whole, unit);
  MeasurementText text{.value = fixed(shown, decimals), .unit = scale.unit, .interval = {}};
  // Values far from 1 have no good fixed form.
  if (unit == Unit::kNone && shown != 0 && std::isfinite(shown) &&
      (std::abs(shown) < 1e-4 || std::abs(shown) >= 1e7)) {
    char scientific[32];
    std::snprintf(scientific, sizeof scientific, "%.3g", shown);
    text.value = scientific;
  }
  if (low && high) {
    text.interval = concat('[', fixed(*low * scale.factor, decimals), ", ",
                           fixed(*high * scale.factor, decimals), ']');
  }
  return text;
}

// Of the magnitudes in a column, without zeros and what is no number.
struct Range {
  double least = 0;
  double most = 0;

  void add(double value) {
    const double magnitude = std::abs(value);
    if (magnitude == 0 || !std::isfinite(magnitude)) return;
    least = most == 0 ? magnitude : std::min(least, magnitude);
    most = std::max(most, magnitude);
  }
  // Where the scale is chosen that suits both ends.
  double middle() const { return std::sqrt(least) * std::sqrt(most); }
};

// "images" of "throughput/inference/images" and of "train/images_per_s".
std::string item_of(const std::string& tag) {
  std::string item = tag.substr(tag.rfind('/') + 1);
  if (const auto suffix = item.find("_per_s"); suffix != std::string::npos) item.resize(suffix);
  return item;
}

std::string joined(const MeasurementText& text) {
  return concat(text.value, text.unit.empty() ? "" : " ", text.unit,
                text.interval.empty() ? "" : " ", text.interval);
}

}  // namespace

std::string format_value(double value, Unit unit) {
  return joined(text_of(value, {}, {}, unit, scale_of(value, unit)));
}

MeasurementText measurement_text(const Measurement& measurement) {
  return text_of(measurement.value, measurement.low, measurement.high, measurement.unit,
                 scale_of(measurement.value, measurement.unit));
}

std::vector<MeasurementText> column_text(const std::vector<const Measurement*>& column) {
  std::map<Unit, Range> ranges;
  for (const Measurement* measurement : column) {
    if (measurement != nullptr) ranges[measurement->unit].add(measurement->value);
  }
  std::vector<MeasurementText> texts;
  for (const Measurement* measurement : column) {
    if (measurement == nullptr) {
      texts.emplace_back();
      continue;
    }
    const Unit unit = measurement->unit;
    texts.push_back(text_of(measurement->value, measurement->low, measurement->high, unit,
                            scale_of(ranges[unit].middle(), unit)));
  }
  return texts;
}

std::string unit_with_item(const std::string& unit, const Measurement& measurement) {
  if (measurement.unit != Unit::kPerSecond) return unit;
  const std::size_t slash = unit.find('/');  // behind a prefix, as in "k/s"
  return concat(unit.substr(0, slash), slash > 0 ? " " : "", item_of(measurement.tag), "/s");
}

std::string format_measurement(const Measurement& measurement) {
  MeasurementText text = measurement_text(measurement);
  text.unit = unit_with_item(text.unit, measurement);
  return joined(text);
}

}  // namespace yardstick
