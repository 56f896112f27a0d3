#include "cli/reproduce_judge.h"

#include "runners/record_notes.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace yardstick::cli {
namespace {

using Json = nlohmann::json;

std::string fact(const RunRecord& record, const char* key) {
  const auto found = record.provenance.find(key);
  return found == record.provenance.end() ? std::string() : found->second;
}

// "0.9" of {"crop_pct": 0.9}, as the preprocessing is stored.
std::string preprocessing_text(const RunRecord& record, const char* key) {
  const Json json = Json::parse(fact(record, "preprocessing"), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains(key)) return {};
  return json[key].is_string() ? json[key].get<std::string>() : json[key].dump();
}

// What a published setting's fields were here; what is not known is left out.
NamedTexts own_fields(const RunRecord& record, const Work& work, const ReproduceOptions& options) {
  NamedTexts fields;
  const auto add = [&fields](const char* name, std::string value) {
    if (!value.empty()) fields.emplace_back(name, std::move(value));
  };
  add("hardware", fact(record, record.device.starts_with("cuda") ? "gpu_name" : "cpu_model"));
  add("precision", record.precision);
  add("batch", std::to_string(work.batch));
  add("attention", fact(record, "sdpa_backends") == "math" ? "explicit" : "fused");
  add("software", concat("LibTorch ", fact(record, "libtorch")));
  add("timing", concat(options.processes, " processes, protocol ", options.protocol));
  add("crop_pct", preprocessing_text(record, "crop_pct"));
  add("interpolation", preprocessing_text(record, "interpolation"));
  add("counts", "matrix products, convolutions and attention, as executed");
  return fields;
}

// The fields that can make a figure of this kind another.
NamedTexts fields_that_matter(const NamedTexts& published, FigureKind kind) {
  static const std::set<std::string> kOfTiming = {"hardware",  "precision", "batch",
                                                  "attention", "software",  "timing"};
  static const std::set<std::string> kOfAccuracy = {"precision", "software", "crop_pct",
                                                    "interpolation", "views"};
  static const std::set<std::string> kOfCounts = {"counts"};
  const std::set<std::string>* names = &kOfTiming;
  if (kind == FigureKind::kAccuracy) names = &kOfAccuracy;
  if (kind == FigureKind::kParameters || kind == FigureKind::kMacs ||
      kind == FigureKind::kMacsRatio || kind == FigureKind::kTrainingMacsRatio) {
    names = &kOfCounts;
  }
  NamedTexts kept;
  for (const auto& field : published) {
    if (names->contains(field.first)) kept.push_back(field);
  }
  return kept;
}

class RowJudge {
 public:
  RowJudge(const RowPlan& row, const ReproducePlan& plan, const ReproduceRuns& runs,
           const ReproduceOptions& options)
      : row_(row), plan_(plan), runs_(runs), options_(options) {}

  FigureResult judge(const LedgerFigure& figure) {
    FigureResult result{.figure = &figure};
    const FigureSpec& spec = *figure.spec;
    const auto not_run = [&result](std::string why) {
      result.judgement = {ReproductionVerdict::kNotRun, std::move(why)};
      return result;
    };
    if (spec.kind == FigureKind::kNotMeasured) return not_run(std::string(spec.remark));
    if (!row_.why_not.empty()) return not_run(row_.why_not);
    const std::optional<std::size_t> work = work_of(spec.kind);
    if (!work) return not_run("speeds without a ratio are left out by --quick");
    for (const std::size_t needed : all_of(spec.kind, *work)) {
      const WorkResult& done = runs_.results[needed];
      if (!done.is_ok()) return not_run(done.why_not);
      result.run_ids.insert(result.run_ids.end(), done.run_ids.begin(), done.run_ids.end());
    }
    Judgement judgement = measure(spec, figure.published, *work, result);
    if (!result.measured || !std::isfinite(*result.measured)) {
      result.measured.reset();
      return not_run(judgement.reason.empty() ? "measured nothing" : std::move(judgement.reason));
    }
    result.judgement = shown_only(spec).value_or(std::move(judgement));
    if (result.judgement.verdict == ReproductionVerdict::kOff) {
      result.differs =
          differing_fields(fields_that_matter(row_.row->setting, spec.kind),
                           own_fields(*runs_.results[*work].record, plan_.works[*work], options_));
    }
    return result;
  }

 private:
  std::optional<std::size_t> work_of(FigureKind kind) const {
    switch (kind) {
      case FigureKind::kAccuracy:
        return row_.scoring;
      case FigureKind::kParameters:
      case FigureKind::kMacs:
      case FigureKind::kMacsRatio:
        return row_.count;
      case FigureKind::kSpeedRatio:
      case FigureKind::kSpeed:
        return row_.inference;
      case FigureKind::kTrainingSpeedRatio:
      case FigureKind::kTrainingMacsRatio:
      case FigureKind::kTrainingSpeed:
        return row_.training;
      case FigureKind::kMemoryRatio:
      case FigureKind::kMemory:
        return row_.memory;
      case FigureKind::kNotMeasured:
        break;
    }
    return std::nullopt;
  }

  std::vector<std::size_t> all_of(FigureKind kind, std::size_t work) const {
    if (kind == FigureKind::kMacsRatio) return {work, *row_.against_count};
    return {work};
  }

  // Why the figure gets no verdict though it was measured.
  std::optional<Judgement> shown_only(const FigureSpec& spec) const {
    std::string why;
    if (!spec.is_judged()) {
      why = spec.remark;
    } else if (row_.row->is_remembered()) {
      why = "the published figure is from memory, not verified";
    } else if (!row_.row->not_judged.empty()) {
      why = row_.row->not_judged;
    } else {
      return std::nullopt;
    }
    return Judgement{ReproductionVerdict::kShown, std::move(why)};
  }

  // Fills in what was measured; where nothing was, the reason alone.
  Judgement measure(const FigureSpec& spec, const PrintedNumber& published, std::size_t work,
                    FigureResult& result) const {
    const WorkResult& done = runs_.results[work];
    const Relation relation = row_.row->relation;
    switch (spec.kind) {
      case FigureKind::kAccuracy:
        return measure_accuracy(spec, published, *done.record, result);
      case FigureKind::kParameters:
      case FigureKind::kMacs:
        result.measured = spec.scale * value_of(done.record, spec);
        return judge_count(published, *result.measured);
      case FigureKind::kMacsRatio:
        result.measured = tag_of(runs_.results[*row_.against_count].record, "macs/image") /
                          tag_of(done.record, "macs/image");
        return judge_count_ratio(published, relation, *result.measured);
      case FigureKind::kTrainingMacsRatio:
        result.measured = value_of(done.against.last, spec) / value_of(done.measure.last, spec);
        return judge_count_ratio(published, relation, *result.measured);
      case FigureKind::kSpeedRatio:
      case FigureKind::kTrainingSpeedRatio:
        result.measured = done.speed->speed_ratio;
        result.interval = done.speed->interval;
        return judge_ratio(published, relation,
                           {done.speed->speed_ratio, done.speed->interval, done.speed->coverage});
      case FigureKind::kMemoryRatio: {
        const double ratio = done.against_bytes / done.measure_bytes;
        result.measured = ratio;
        return judge_ratio(published, relation, {ratio, {ratio, ratio}});
      }
      case FigureKind::kSpeed:
      case FigureKind::kTrainingSpeed:
        result.measured = static_cast<double>(plan_.works[work].batch) /
                          median(done.measure.times.process_medians_s);
        break;
      case FigureKind::kMemory:
        result.measured = spec.scale * done.measure_bytes;
        break;
      case FigureKind::kNotMeasured:
        break;
    }
    return {};
  }

  Judgement measure_accuracy(const FigureSpec& spec, const PrintedNumber& published,
                             const RunRecord& record, FigureResult& result) const {
    const Measurement* found = measurement_of(record, spec.tag);
    if (found == nullptr || found->n < 1) {
      return {ReproductionVerdict::kNotRun, concat("the task gives no ", spec.tag)};
    }
    result.measured = spec.scale * found->value;
    const Interval interval = {found->low.value_or(found->value),
                               found->high.value_or(found->value)};
    result.interval = Interval{spec.scale * interval.low, spec.scale * interval.high};
    if (spec.unit != "%") return {};
    const auto correct = std::llround(found->value * static_cast<double>(found->n));
    return judge_accuracy(published, {correct, found->n, interval}, accuracy_rule(*row_.table));
  }

  static double tag_of(const std::optional<RunRecord>& record, std::string_view tag) {
    const Measurement* found = record ? measurement_of(*record, tag) : nullptr;
    return found == nullptr ? std::nan("") : found->value;
  }
  static double value_of(const std::optional<RunRecord>& record, const FigureSpec& spec) {
    return tag_of(record, spec.tag);
  }

  const RowPlan& row_;
  const ReproducePlan& plan_;
  const ReproduceRuns& runs_;
  const ReproduceOptions& options_;
};

}  // namespace

std::vector<RowResult> judge_rows(const ReproducePlan& plan, const ReproduceRuns& runs,
                                  const ReproduceOptions& options) {
  std::vector<RowResult> rows;
  for (const RowPlan& row : plan.rows) {
    RowJudge judge(row, plan, runs, options);
    RowResult result{.plan = &row};
    for (const LedgerFigure& figure : row.row->figures) {
      result.figures.push_back(judge.judge(figure));
    }
    rows.push_back(std::move(result));
  }
  return rows;
}

}  // namespace yardstick::cli
