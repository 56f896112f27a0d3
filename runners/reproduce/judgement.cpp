#include "runners/reproduce/judgement.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace yardstick {
namespace {

using enum ReproductionVerdict;

constexpr double kImagePoints = 0.10;
constexpr double kVideoPoints = 0.3;
constexpr double kCountShare = 0.01;
constexpr double kRatioShare = 0.05;
// Sums of decimal fractions: 0.10 + 0.05 must admit a difference of 0.15.
constexpr double kRounding = 1e-9;

bool at_most(double value, double limit) {
  return value <= limit + kRounding * std::max(1.0, std::abs(limit));
}

bool meets(const Interval& interval, double low, double high) {
  return at_most(low, interval.high) && at_most(interval.low, high);
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f %%", 100 * share);
  return text;
}

std::string difference_text(double measured, double published) {
  return published == 0 ? std::string() : percent(measured / published - 1);
}

// The one count that the printed percentage leaves, or -1.
std::int64_t only_count(const PrintedNumber& published, std::int64_t samples) {
  const double scale = static_cast<double>(samples) / 100;
  const auto low = static_cast<std::int64_t>(
      std::ceil((published.value - published.half_unit()) * scale - kRounding));
  const auto high = static_cast<std::int64_t>(
      std::floor((published.value + published.half_unit()) * scale + kRounding));
  return low == high ? low : -1;
}

Judgement judge_at_least(const PrintedNumber& published, const RatioResult& result) {
  const double wanted = published.value - published.half_unit();
  if (at_most((1 - kRatioShare) * wanted, result.ratio)) return {kWithin};
  if (at_most(wanted, result.interval.high)) return {kStatistical, "the interval reaches it"};
  return {kOff, difference_text(result.ratio, published.value)};
}

Judgement judge_up_to(const PrintedNumber& published, const RatioResult& result) {
  const double most = published.value - published.half_unit();
  if (at_most((1 - kRatioShare) * most, result.ratio)) return {kWithin};
  if (result.interval.low > 1) return {kStatistical, "a gain, and below the most that is claimed"};
  if (result.interval.high > 1) {
    return {kStatistical, "the interval holds no gain as well", /*is_resolved=*/false};
  }
  return {kOff, "no gain"};
}

Judgement judge_about(const PrintedNumber& published, const RatioResult& result) {
  const double half = published.half_unit();
  const double difference = std::abs(result.ratio - published.value);
  if (at_most(difference, kRatioShare * published.value + half)) return {kWithin};
  if (!meets(result.interval, published.value - half, published.value + half)) {
    return {kOff, difference_text(result.ratio, published.value)};
  }
  const bool claims_a_difference = std::abs(published.value - 1) > kRatioShare;
  if (claims_a_difference && meets(result.interval, 1, 1)) {
    return {kStatistical, "the interval holds no difference as well", /*is_resolved=*/false};
  }
  return {kStatistical, difference_text(result.ratio, published.value)};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string_view to_string(ReproductionVerdict verdict) {
  switch (verdict) {
    case kExact:
      return "EXACT";
    case kWithin:
      return "WITHIN";
    case kStatistical:
      return "STATISTICAL";
    case kOff:
      return "OFF";
    case kShown:
      return "shown";
    case kNotRun:
      break;
  }
  return "NOT RUN";
}

AccuracyRule accuracy_rule(const LedgerTable& table) {
  return {.tolerance_points = table.media == Media::kVideo ? kVideoPoints : kImagePoints,
          .published_samples = table.samples};
}

Judgement judge_accuracy(const PrintedNumber& published, const AccuracyResult& result,
                         const AccuracyRule& rule) {
  const bool has_all = rule.published_samples == 0 || rule.published_samples == result.samples;
  const double points =
      100 * static_cast<double>(result.correct) / static_cast<double>(result.samples);
  const double half = published.half_unit();
  if (rule.published_samples == result.samples &&
      only_count(published, result.samples) == result.correct) {
    return {kExact};
  }
  if (has_all && at_most(std::abs(points - published.value), rule.tolerance_points + half)) {
    return {kWithin};
  }
  char difference[48];
  std::snprintf(difference, sizeof difference, "%+.2f points", points - published.value);
  std::string reason = difference;
  if (!has_all) {
    reason += concat("; ", result.samples, " samples here, ", rule.published_samples, " there");
  }
  const Interval interval = {100 * result.interval.low, 100 * result.interval.high};
  const bool is_inside = meets(interval, published.value - half, published.value + half);
  return {is_inside ? kStatistical : kOff, std::move(reason)};
}

Judgement judge_count(const PrintedNumber& published, double measured) {
  const double over = measured - published.value;
  const double slack = kRounding * std::max(1.0, std::abs(published.value));
  if (over >= -published.half_unit() - slack && over < published.unit - slack) return {kExact};
  const std::string difference = difference_text(measured, published.value);
  const double allowed = kCountShare * std::abs(published.value) + published.half_unit();
  return {at_most(std::abs(over), allowed) ? kWithin : kOff, difference};
}

Judgement judge_count_ratio(const PrintedNumber& published, Relation relation, double ratio) {
  const std::string difference = difference_text(ratio, published.value);
  const double half = published.half_unit();
  const double over = ratio - published.value;
  if (at_most(std::abs(over), half)) return {kExact};
  const double allowed = 2 * kCountShare * published.value + half;
  const bool is_met = (relation == Relation::kAtLeast && over > 0) ||
                      (relation == Relation::kUpTo && over < 0 && ratio > 1);
  return {is_met || at_most(std::abs(over), allowed) ? kWithin : kOff, difference};
}

Judgement judge_ratio(const PrintedNumber& published, Relation relation,
                      const RatioResult& result) {
  switch (relation) {
    case Relation::kAtLeast:
      return judge_at_least(published, result);
    case Relation::kUpTo:
      return judge_up_to(published, result);
    case Relation::kAbout:
      break;
  }
  return judge_about(published, result);
}

std::vector<std::string> differing_fields(const NamedTexts& published, const NamedTexts& ours) {
  std::vector<std::string> fields;
  for (const auto& [name, there] : published) {
    const std::string* here = find_text(ours, name);
    if (here != nullptr && lower(*here) == lower(there)) continue;
    fields.push_back(
        concat(name, ": ", there, " there, ", here == nullptr ? "not known" : *here, " here"));
  }
  return fields;
}

}  // namespace yardstick
