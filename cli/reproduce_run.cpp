#include "cli/reproduce_run.h"

#include "cli/bench_side.h"
#include "cli/child_run.h"
#include "cli/progress.h"
#include "cli/reproduce_cost.h"
#include "cli/reproduce_count.h"
#include "cli/run_output.h"
#include "results/reporters.h"
#include "results/reproductions.h"
#include "results/text_layout.h"
#include "runners/job.h"
#include "runners/record_notes.h"

#include <yardstick/error.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace yardstick::cli {
namespace {

constexpr char kInterrupted[] = "interrupted";
// Peaks at one, two and three times the batch lie on a line, or the memory is not the images'.
constexpr double kUnevenGrowth = 0.05;

double value_or_zero(const RunRecord& record, const char* tag) {
  const Measurement* found = measurement_of(record, tag);
  return found == nullptr ? 0 : found->value;
}

std::string first_failure(const SideRuns& side) {
  return side.failures.empty() ? "measured nothing" : side.failures.front();
}

class ReproduceRun {
 public:
  ReproduceRun(const ReproducePlan& plan, const ReproduceOptions& options, Context& context,
               const std::function<void(const RunRecord&)>& keep)
      : plan_(plan),
        options_(options),
        context_(context),
        keep_(keep),
        cost_(options),
        caller_(caller_provenance(context)),
        printer_(context.err(), ProgressPrinter::style(options.is_quiet)) {
    runs_.results.resize(plan.works.size());
    for (std::size_t i = 0; i < plan.works.size(); ++i) {
      runs_.results[i].why_not = plan.works[i].why_not;
    }
  }

  ReproduceRuns run() {
    count_all();
    measure_all();
    runs_.was_stopped = context_.is_stopping();
    runs_.duration_s = elapsed_s();
    return std::move(runs_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  // ---- Counts, in this process and without a device ----

  void count_all() {
    std::vector<std::size_t> counts;
    for (std::size_t i = 0; i < plan_.works.size(); ++i) {
      if (plan_.works[i].kind == WorkKind::kCount) counts.push_back(i);
    }
    // Plain models say how long those with methods take at the most, where these have to be run.
    std::stable_partition(counts.begin(), counts.end(),
                          [this](std::size_t i) { return plan_.works[i].measure.methods.empty(); });
    std::int64_t done = 0;
    for (const std::size_t i : counts) {
      const Work& work = plan_.works[i];
      printer_.update({.stage = "count " + label_of(work.measure),
                       .done = done++,
                       .total = static_cast<std::int64_t>(counts.size()),
                       .loss = {}});
      runs_.results[i] = context_.is_stopping() ? WorkResult{.why_not = kInterrupted} : count(work);
      if (runs_.results[i].record) learn_cost(work, *runs_.results[i].record);
    }
    if (!counts.empty()) {
      printer_.milestone(concat("counted ", counts.size(),
                                counts.size() == 1 ? " model in " : " models in ",
                                clock_text(elapsed_s())));
    }
  }

  void learn_cost(const Work& work, const RunRecord& record) {
    costs_[label_of(work.measure)] = {.params = value_or_zero(record, "params/total"),
                                      .macs = value_or_zero(record, "macs/image")};
  }

  WorkResult count(const Work& work) {
    WorkResult result;
    std::optional<RunRecord> record = counted(work, result);
    if (!record) return result;
    keep_(*record);
    result.run_ids.push_back(record->id);
    if (record->status == RunStatus::kOk) {
      result.record = std::move(record);
    } else {
      result.why_not = record->reason;
      result.has_failed = true;
    }
    return result;
  }

  // Nothing where it is not counted, with the reason in `result`.
  std::optional<RunRecord> counted(const Work& work, WorkResult& result) {
    try {
      const ResolvedSubject subject = resolve_subject(work.measure, context_);
      RunRecord record = blank_count(subject, work.claims, caller_);
      if (count_by_shapes(subject, record)) return record;
      result.why_not = why_not_counted_by_running(work, subject);
      if (!result.why_not.empty()) return std::nullopt;
      count_by_running(subject, options_.seed, record);
      return record;
    } catch (const Error& error) {
      // A method that cannot act on the model, parameters that do not go together.
      if (error.kind() != ErrorKind::kUser && error.kind() != ErrorKind::kData) throw;
      result.why_not = error.message();
      return std::nullopt;
    }
  }

  // What the model takes without its methods is the most that it takes with them.
  std::string why_not_counted_by_running(const Work& work, const ResolvedSubject& subject) {
    if (options_.budget_s <= 0) return {};
    RunRecord plain = blank_record(RunKind::kBench);
    LedgerSubject bare = work.measure;
    bare.methods.clear();
    if (const auto known = costs_.find(label_of(bare)); known == costs_.end()) {
      ResolvedSubject without = subject;
      without.methods.clear();
      if (!count_by_shapes(without, plain)) return {};
      learn_cost({.kind = WorkKind::kCount, .measure = bare}, plain);
    }
    return over_budget(cost_.of_one_input(costs_[label_of(bare)]));
  }

  // ---- What takes time ----

  void measure_all() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < plan_.works.size(); ++i) {
      const Work& work = plan_.works[i];
      if (work.kind == WorkKind::kCount || !work.why_not.empty()) continue;
      runs_.results[i].why_not = why_not_countable(work);
      if (runs_.results[i].why_not.empty()) order.push_back(i);
    }
    put_in_order(order);
    for (std::size_t at = 0; at < order.size(); ++at) {
      const Work& work = plan_.works[order[at]];
      WorkResult& result = runs_.results[order[at]];
      if (context_.is_stopping()) {
        result.why_not = kInterrupted;
        continue;
      }
      const double guess_s = cost_.of(work, costs_);
      result.why_not = over_budget(guess_s);
      if (!result.why_not.empty()) continue;
      const double before_s = elapsed_s();
      result = measure(work);
      cost_.learn(guess_s, elapsed_s() - before_s);
      say_progress(order, at, work, result);
    }
  }

  // The shortest first, and a share of the time to each paper: what counts is how long a paper's
  // measurements up to this one take together.
  void put_in_order(std::vector<std::size_t>& order) const {
    std::map<std::size_t, double> ends_s;
    for (const std::size_t i : order) ends_s[i] = cost_.of(plan_.works[i], costs_);
    const auto by_end = [&ends_s](std::size_t a, std::size_t b) { return ends_s[a] < ends_s[b]; };
    std::stable_sort(order.begin(), order.end(), by_end);
    std::map<std::string, double> of_papers_s;
    for (const std::size_t i : order) {
      const std::string& claim = plan_.works[i].claims.front();
      ends_s[i] = of_papers_s[claim.substr(0, claim.find('/'))] += ends_s[i];
    }
    std::stable_sort(order.begin(), order.end(), by_end);
  }

  // Nothing is started for a subject that cannot even be built.
  std::string why_not_countable(const Work& work) const {
    for (std::size_t i = 0; i < plan_.works.size(); ++i) {
      const Work& count = plan_.works[i];
      if (count.kind != WorkKind::kCount || runs_.results[i].is_ok()) continue;
      const std::string label = label_of(count.measure);
      if (label == label_of(work.measure) || (work.against && label == label_of(*work.against))) {
        return runs_.results[i].why_not;
      }
    }
    return {};
  }

  // Why something of this length is not begun, or "".
  std::string over_budget(double guess_s) const {
    if (options_.budget_s <= 0 || elapsed_s() + guess_s <= options_.budget_s) return {};
    return concat("left out by ", options_.is_quick ? "--quick" : "--budget", ": would take about ",
                  clock_text(guess_s));
  }

  void say_progress(const std::vector<std::size_t>& order, std::size_t at, const Work& work,
                    const WorkResult& result) {
    double left_s = 0;
    for (std::size_t i = at + 1; i < order.size(); ++i) {
      left_s += cost_.of(plan_.works[order[i]], costs_);
    }
    if (options_.budget_s > 0) left_s = std::min(left_s, options_.budget_s - elapsed_s());
    printer_.milestone(concat("[", at + 1, "/", order.size(), "] ", what(work), ": ",
                              outcome(work, result),
                              at + 1 < order.size() ? ", ETA " + clock_text(left_s) : ""));
  }

  static std::string what(const Work& work) {
    std::string text = work.claims.front();
    if (work.claims.size() > 1) text += concat(" and ", work.claims.size() - 1, " more");
    if (work.kind == WorkKind::kMemory) return text + ", training memory";
    if (work.kind == WorkKind::kScoring) return text + " on " + work.task;
    return text + (work.is_training ? ", training" : "");
  }

  static std::string outcome(const Work& work, const WorkResult& result) {
    if (!result.is_ok()) return result.why_not;
    char text[80];
    if (result.speed) {
      std::snprintf(text, sizeof text, "%.3fx [%.3f, %.3f]", result.speed->speed_ratio,
                    result.speed->interval.low, result.speed->interval.high);
      return text;
    }
    if (work.kind == WorkKind::kMemory) {
      std::snprintf(text, sizeof text, "%.1f MB an item", result.measure_bytes / 1e6);
      return text;
    }
    const char* tag = work.kind == WorkKind::kScoring ? "accuracy/top1"
                      : work.is_training              ? "throughput/training/images"
                                                      : "throughput/inference/images";
    const Measurement* found = result.record ? measurement_of(*result.record, tag) : nullptr;
    return found == nullptr ? "ok" : format_measurement(*found);
  }

  WorkResult measure(const Work& work) {
    switch (work.kind) {
      case WorkKind::kTiming:
        return time(work);
      case WorkKind::kMemory:
        return weigh(work);
      case WorkKind::kScoring:
        return score(work);
      case WorkKind::kCount:
        break;
    }
    return {};
  }

  InterleavedSide side_of(const Work& work, const LedgerSubject& subject, std::int64_t batch,
                          const std::string& protocol) const {
    std::vector<std::string> words = words_of(subject);
    if (work.is_training) words.insert(words.end(), {"--training", "--inference=false"});
    if (work.is_training && !subject.objective.empty()) {
      words.insert(words.end(), {"--objective", subject.objective});
    }
    words.insert(words.end(), work.options.begin(), work.options.end());
    std::string name = label_of(subject);
    if (work.kind == WorkKind::kMemory) name += concat(", batch ", batch);
    RunRecord blank = blank_record(RunKind::kBench);
    blank.model = subject.model;
    blank.batch_size = batch;
    return {name,
            {.words = bench_words({name, words}, options_.common, batch, protocol, context_),
             .limits = options_.limits,
             .blank = std::move(blank),
             .errors = ChildErrors::kRecorded}};
  }

  InterleavedJob job_of(const Work& work, std::vector<InterleavedSide> sides,
                        std::int64_t processes, std::string tag) const {
    return {.sides = std::move(sides),
            .processes = processes,
            .tag = std::move(tag),
            .seed = options_.seed,
            .facts = {{kClaimsKey, detail::joined(work.claims, " ")}},
            .progress = "",
            .is_quiet = options_.is_quiet};
  }

  WorkResult time(const Work& work) {
    std::vector<InterleavedSide> sides = {
        side_of(work, work.measure, work.batch, options_.protocol)};
    if (work.against) {
      sides.push_back(side_of(work, *work.against, work.batch, options_.protocol));
    }
    const std::string tag = concat("time/", work.is_training ? "training" : "inference", "/step");
    printer_.wipe();
    InterleavedRuns done =
        run_interleaved(job_of(work, std::move(sides), options_.processes, tag), context_, keep_);

    WorkResult result = settled(done);
    result.measure = std::move(done.sides.front());
    if (work.against) result.against = std::move(done.sides.back());
    result.record = result.measure.last;
    if (!result.is_ok() || !work.against) return result;
    result.speed =
        compare_speed({result.against.times, result.measure.times}, 0, 1, options_.alpha);
    return result;
  }

  // Run ids, and what went wrong.
  static WorkResult settled(const InterleavedRuns& runs) {
    WorkResult result;
    for (const SideRuns& side : runs.sides) {
      result.run_ids.insert(result.run_ids.end(), side.run_ids.begin(), side.run_ids.end());
      if (!side.times.process_medians_s.empty() || !result.why_not.empty()) continue;
      result.why_not = first_failure(side);
      result.has_failed = true;
    }
    if (runs.was_stopped) {
      result.why_not = kInterrupted;
      result.has_failed = false;
    }
    return result;
  }

  WorkResult weigh(const Work& work) {
    std::vector<const LedgerSubject*> subjects = {&work.measure};
    if (work.against) subjects.push_back(&*work.against);
    std::vector<InterleavedSide> sides;
    for (const LedgerSubject* subject : subjects) {
      for (const std::int64_t times : {1, 2, 3}) {
        sides.push_back(side_of(work, *subject, times * work.batch, "test"));
      }
    }
    printer_.wipe();
    InterleavedRuns done = run_interleaved(
        job_of(work, std::move(sides), /*processes=*/1, "memory/training/peak"), context_, keep_);

    WorkResult result = settled(done);
    if (!result.is_ok()) return result;
    result.record = done.sides.front().last;
    result.measure_bytes = growth(done, 0, work.batch, result);
    if (work.against) result.against_bytes = growth(done, 3, work.batch, result);
    return result;
  }

  // Bytes that an item more takes, from three peaks.
  static double growth(const InterleavedRuns& runs, std::size_t first, std::int64_t batch,
                       WorkResult& result) {
    const auto peak = [&](std::size_t i) {
      return runs.sides[first + i].times.process_medians_s.front();
    };
    const double lower = peak(1) - peak(0);
    const double upper = peak(2) - peak(1);
    if (!(upper > 0) || std::abs(upper - lower) > kUnevenGrowth * upper) {
      result.why_not = concat("its training memory does not grow evenly from batch ", batch, " to ",
                              3 * batch, ": try a larger --batch");
      return 0;
    }
    return (peak(2) - peak(0)) / (2 * static_cast<double>(batch));
  }

  WorkResult score(const Work& work) {
    std::vector<std::string> words;
    for (const std::string& file : context_.plugin_files()) {
      words.insert(words.end(), {"--plugin", file});
    }
    words.emplace_back("eval");
    std::vector<std::string> subject = words_of(work.measure);
    if (!work.measure.tag.empty()) subject.front() += "." + work.measure.tag;
    words.insert(words.end(), subject.begin(), subject.end());
    words.insert(words.end(), {"--weights", work.weights_file, "--task", work.task});
    if (!work.data.empty()) words.insert(words.end(), {"--data", work.data});
    if (!options_.device.empty()) words.insert(words.end(), {"--device", options_.device});
    if (options_.is_quiet) words.emplace_back("--quiet");

    RunRecord blank = blank_record(RunKind::kEval);
    blank.model = work.measure.model;
    blank.weights_tag = work.measure.tag;
    blank.task = work.task;
    WorkResult result;
    run_in_child({.words = std::move(words),
                  .limits = options_.limits,
                  .blank = std::move(blank),
                  .errors = ChildErrors::kRecorded},
                 printer_, context_, [&](RunRecord record) {
                   record.provenance[kClaimsKey] = detail::joined(work.claims, " ");
                   keep_(record);
                   result.run_ids.push_back(record.id);
                   result.record = std::move(record);
                 });
    if (context_.is_stopping()) {
      result.why_not = kInterrupted;
    } else if (!result.record || result.record->status != RunStatus::kOk) {
      result.why_not = result.record ? result.record->reason : "measured nothing";
      result.has_failed = true;
    }
    return result;
  }

  const ReproducePlan& plan_;
  const ReproduceOptions& options_;
  Context& context_;
  const std::function<void(const RunRecord&)>& keep_;
  CostModel cost_;
  SubjectCosts costs_;
  Provenance caller_;
  ProgressPrinter printer_;
  ReproduceRuns runs_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

ReproduceRuns run_reproduction(const ReproducePlan& plan, const ReproduceOptions& options,
                               Context& context,
                               const std::function<void(const RunRecord&)>& keep) {
  return ReproduceRun(plan, options, context, keep).run();
}

}  // namespace yardstick::cli
