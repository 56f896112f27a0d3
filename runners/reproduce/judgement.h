#pragma once

#include "metrics/statistics/interval.h"
#include "runners/reproduce/ledger.h"
#include "runners/reproduce/printed_number.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// What became of a published figure (docs/reproduce.md has the rules and why they are these).
enum class ReproductionVerdict {
  kExact,        // the same count
  kWithin,       // within the tolerance for figures of this kind
  kStatistical,  // beyond it, and inside what was measured is uncertain by
  kOff,
  kNotRun,
  kShown  // measured, and not for a verdict
};
std::string_view to_string(ReproductionVerdict verdict);  // "EXACT", ..., "NOT RUN", "shown"

struct Judgement {
  ReproductionVerdict verdict = ReproductionVerdict::kNotRun;
  std::string reason = {};  // one line; "" where the verdict says all
  // False where what was measured agrees with the claim and with its absence alike.
  bool is_resolved = true;
};

struct AccuracyResult {
  std::int64_t correct = 0;
  std::int64_t samples = 0;  // at least 1
  Interval interval;         // of the share correct, 0..1
};

struct AccuracyRule {
  double tolerance_points = 0.1;
  std::int64_t published_samples = 0;  // 0: not said
};

// The tolerance for accuracies on this kind of data, in points (measurement.md, "Against a paper").
AccuracyRule accuracy_rule(const LedgerTable& table);

// `published` is in per cent. EXACT: the printed digits, over the published number of samples,
// leave one count, and it is this one. On another number of samples at best STATISTICAL.
Judgement judge_accuracy(const PrintedNumber& published, const AccuracyResult& result,
                         const AccuracyRule& rule);

// Of parameters and multiply-accumulates, in the printed unit. EXACT: every printed digit, rounded
// or cut off. WITHIN: 1 %, which counters differ by in norms, biases and position embeddings.
Judgement judge_count(const PrintedNumber& published, double measured);

// Of two counts over each other; each may be off by the 1 %.
Judgement judge_count_ratio(const PrintedNumber& published, Relation relation, double ratio);

struct RatioResult {
  double ratio = 1;
  Interval interval;    // both ends the ratio where it is not random
  double coverage = 1;  // share of samples whose interval holds the truth
};

// Of a measured ratio. WITHIN: 5 % and half a unit of the last digit. STATISTICAL: the interval
// meets what the printed digits stand for. A claim of "at least" is met by more, one of "up to" by
// any gain that the interval shows.
Judgement judge_ratio(const PrintedNumber& published, Relation relation, const RatioResult& result);

// The fields of the published setting that were other here, or are not known here: "precision: fp16
// there, fp32 here".
std::vector<std::string> differing_fields(const NamedTexts& published, const NamedTexts& ours);

}  // namespace yardstick
