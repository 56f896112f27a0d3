#include "cli/bench_side.h"
#include "cli/child_run.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compare_output.h"
#include "cli/compare_run.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/sources.h"
#include "results/outcome_lookup.h"
#include "results/result_store.h"
#include "runners/comparison/comparison_plan.h"

#include <yardstick/error.h>

#include <algorithm>

namespace yardstick::cli {
namespace {

const ParamSchema& compare_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings
        .text("profile", "verdict", "how many processes and how long each",
              comparison_profile_names())
        .integer("batch", 1, "batch size", 1)
        .integer("processes", 0, "processes a side; 0: the profile's", 0, 1000)
        .text("protocol", "", "protocol profile of each process (bench --profile), if another",
              protocol_override_names())
        .number("level", 0, "chance of a verdict where there is no difference; 0: the profile's", 0,
                0.5)
        .flag("control", true, "measure the first side a second time and compare it with itself")
        .integer("order_seed", 0, "of the order of the processes", 0);
    return settings;
  }();
  return schema;
}

std::string stage_of(const CommandLine& line) {
  ParamSchema schema;
  schema.flag("training", false, "");
  Params own(schema);
  Sources(line).apply(own);
  return own.get<bool>("training") ? "training" : "inference";
}

// Training steps are compared where they are asked for, and inference is then not measured.
std::vector<std::string> common_words(const CommandLine& line) {
  std::vector<std::string> words = passed_on_words(line);
  if (stage_of(line) == "training" && !line.has("inference"))
    words.emplace_back("--inference=false");
  return words;
}

CompareJob read_job(const CommandLine& line, const Params& settings,
                    const ComparisonProfile& profile) {
  CompareJob job;
  job.sides = parse_sides(line.arguments());
  job.common = common_words(line);
  job.batch = settings.get<std::int64_t>("batch");
  const auto processes = settings.get<std::int64_t>("processes");
  job.processes = processes > 0 ? processes : profile.processes;
  const auto protocol = settings.get<std::string>("protocol");
  job.protocol = protocol.empty() ? profile.protocol : protocol;
  job.tag = concat("time/", stage_of(line), "/step");
  job.seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("order_seed"));
  job.has_control = settings.get<bool>("control");
  job.is_quiet = line.has("quiet");
  Params isolation(isolation_settings());
  Sources(line).apply(isolation);
  job.limits = child_limits(isolation);
  return job;
}

std::string fingerprint(const RunRecord& record) {
  const auto found = record.provenance.find("data_fingerprint");
  return found == record.provenance.end() ? std::string() : found->second;
}

// Every two sides whose newest outcomes are of the same split of the same data.
std::vector<AccuracyPair> compare_accuracy(const CompareRuns& runs, const ResultStore& store) {
  std::vector<std::optional<RunRecord>> scored;
  for (const SideRuns& side : runs.sides) {
    scored.push_back(side.last ? newest_outcomes(store, *side.last) : std::nullopt);
  }
  std::vector<AccuracyPair> pairs;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    for (std::size_t j = i + 1; j < scored.size(); ++j) {
      if (!scored[i] || !scored[j] || scored[i]->split != scored[j]->split ||
          fingerprint(*scored[i]) != fingerprint(*scored[j])) {
        continue;
      }
      pairs.push_back({i, j, scored[i]->id, scored[j]->id,
                       pair_outcomes(*scored[i]->outcomes, *scored[j]->outcomes)});
    }
  }
  return pairs;
}

std::optional<SpeedPair> compare_control(const CompareRuns& runs, double alpha) {
  if (!runs.control || runs.control->times.process_medians_s.empty() ||
      runs.sides.front().times.process_medians_s.empty()) {
    return std::nullopt;
  }
  return compare_speed({runs.sides.front().times, runs.control->times}, 0, 1, alpha);
}

bool has_failures(const CompareRuns& runs) {
  const auto failed = [](const SideRuns& side) { return !side.failures.empty(); };
  return std::any_of(runs.sides.begin(), runs.sides.end(), failed) ||
         (runs.control && failed(*runs.control));
}

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  Params settings(compare_settings());
  sources.apply(settings);
  const ComparisonProfile profile = comparison_profile(settings.get<std::string>("profile"));
  const double level = settings.get<double>("level");
  const double alpha = level > 0 ? level : profile.alpha;
  const CompareJob job = read_job(line, settings, profile);

  ResultStore store(sources.text_or("db", default_database_path()).text,
                    ResultStore::Mode::kReadWrite);
  const CompareRuns runs =
      run_comparison(job, context, [&store](const RunRecord& record) { store.append(record); });

  std::vector<SideTimes> times;
  for (const SideRuns& side : runs.sides) times.push_back(side.times);
  const CompareReport report{.job = job,
                             .runs = runs,
                             .profile = profile.name,
                             .alpha = alpha,
                             .speed = compare_speeds(times, alpha),
                             .control = compare_control(runs, alpha),
                             .accuracy = compare_accuracy(runs, store)};
  context.out() << (line.has("json") ? compare_json(report) : compare_text(report));
  return runs.was_stopped || has_failures(runs) ? kSomeFailed : kOk;
}

}  // namespace

Command compare_command() {
  Command command{
      .name = "compare",
      .summary = "says whether one model is faster than another, or whether that is not resolved",
      .arguments = "REFERENCE SIDE...",
      .details =
          "Measures each side in processes of its own, interleaved in a seeded random order, and "
          "answers for every side against the ones before it: faster, slower, or not resolved. The "
          "ratio is the median of all pairwise ratios of process medians (Hodges-Lehmann), its "
          "interval and p value are those of the exact Mann-Whitney test, adjusted by Holm over "
          "several pairs. The first side is measured once more and compared with itself: this "
          "control should not be resolved. Sides that share a letter are not told apart.\n\n"
          "A side is what you would type behind `yardstick bench`, quoted where it has options. A "
          "smoke comparison has 3 + 3 processes, which can resolve a difference at the level of "
          "10 % at best. With `--training` training steps are compared.\n\n"
          "Every process is a stored run. Where the database has per-sample outcomes of two sides "
          "on the same data (`yardstick eval`), their accuracies are compared too, paired: exact "
          "McNemar test, Tango's interval.",
      .min_arguments = 2,
      .max_arguments = 64,
      .groups = {setting_options("Comparison", compare_settings()),
                 {"Results", {database_option(), json_option()}}},
      .examples = {{"yardstick compare vit_small_patch16_224 hiera_tiny_224 --batch 8",
                    "9 + 9 processes, and 9 of the control"},
                   {"yardstick compare vit_test hiera_test --profile smoke",
                    "a quick look, within half a minute"},
                   {"yardstick compare vit_test 'vit_test --threads 1'", "one option apart"}},
      .run = run,
  };
  for (OptionGroup& group : passed_on_options()) command.groups.push_back(std::move(group));
  command.groups.push_back(general_options());
  return command;
}

}  // namespace yardstick::cli
