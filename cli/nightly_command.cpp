#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/nightly_output.h"
#include "cli/nightly_run.h"
#include "cli/output_file.h"
#include "cli/sources.h"
#include "cli/suite.h"
#include "cli/sweep_run.h"
#include "results/html_report.h"
#include "runners/job.h"

#include <yardstick/error.h>

#include <filesystem>
#include <system_error>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

const ParamSchema& nightly_settings() {
  static const ParamSchema schema = [] {
    const AlarmRules defaults;
    ParamSchema settings;
    settings
        .number("limit", defaults.limit, "change of a cell's level below which there is no alarm",
                0, 10)
        .integer("shortest_regime", defaults.shortest_regime, "nights that a regime has at least",
                 2, 1000)
        .integer("most_processes", defaults.most_processes,
                 "of each side, to confirm an alarm: 9, or as many as its size takes", 2, 1000);
    return settings;
  }();
  return schema;
}

// Today in UTC.
std::string today() { return blank_record(RunKind::kBench).started_at.substr(0, 10); }

fs::path make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_environment(concat("--out ", path, ": ", error.message()));
  return path;
}

int run(const CommandLine& line, Context& context) {
  Params settings(nightly_settings());
  Sources(line).apply(settings);
  if (!line.has("out")) throw_user("yardstick nightly needs --out DIR");
  const Suite suite =
      read_suite(find_suite(line.arguments().front(), context), context.registrar());
  const std::vector<SweepCell> cells = plan_cells(suite, {}, context);
  const std::string night = line.text("id", concat(suite.name, "/", today()));
  std::optional<GateBinary> baseline;
  if (line.has("baseline")) {
    baseline = find_or_build(line.text("baseline"), "baseline", line.has("quiet"), context);
  }
  const fs::path folder = make_folder(line.text("out"));

  ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadWrite);
  const std::vector<SweepRun> earlier = sweep_runs(store, night);
  const SweepSession session = continue_sweep(
      {night, suite, cells, earlier, line.has("retry-failed"), line.has("quiet")}, store, context);
  if (!session.is_done) {
    context.err() << "yardstick: interrupted: the same command goes on with " << night << "\n";
    return kSomeFailed;
  }
  const NightlyJob job{.night = night,
                       .suite = suite,
                       .cells = cells,
                       .baseline = baseline,
                       .rules = {.limit = settings.get<double>("limit"),
                                 .shortest_regime = settings.get<std::int64_t>("shortest_regime"),
                                 .most_processes = settings.get<std::int64_t>("most_processes")},
                       .is_quiet = line.has("quiet")};
  const NightlyReport report = judge_night(job, store, context);
  const std::string summary = nightly_summary(report);
  write_whole_file(folder / "summary.md", summary);
  write_whole_file(folder / "junit.xml", nightly_junit(report));
  write_whole_file(folder / "report.html", html_report(store, context.share_dir() + "/report"));
  context.out() << (line.has("json") ? nightly_json(report) : summary);
  return report.exit_code();
}

}  // namespace

Command nightly_command() {
  return {
      .name = "nightly",
      .summary = "measures a suite every night, and alerts when something got slower",
      .arguments = "SUITE --out DIR",
      .details =
          "For a scheduler to call. Measures every cell of the suite as `yardstick sweep` does, "
          "follows each cell's history over the nights, and measures a cell anew whose level has "
          "changed: beside the build of the commit before the change, where its build is kept or "
          "the checkout in the current folder can build it, else against the level before. Only "
          "what that confirms is reported, and only once: from then on it is listed as known, "
          "until it grows (docs/nightly.md).\n\n"
          "Writes DIR/summary.md (to mail; also printed), DIR/junit.xml and DIR/report.html. "
          "Started again for the same night it measures what is missing and reports the same.\n\n"
          "Exit codes: 0 nothing slower, 1 a newly confirmed slowdown, a failed cell or an "
          "interruption, 5 an alarm that could not be resolved this night.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Night",
                  {{.name = "out", .value = "DIR", .help = "folder of the files", .letter = 'o'},
                   {.name = "id",
                    .value = "TEXT",
                    .help = "name of the night, and id of its sweep",
                    .fallback = "SUITE/DATE, of today in UTC"},
                   {.name = "baseline",
                    .value = "REF|BINARY",
                    .help = "what alarms are confirmed against",
                    .fallback = "the commit before each"},
                   {.name = "retry-failed", .help = "measure anew what failed this night"}}},
                 setting_options("Alarms", nightly_settings()),
                 {"Results", {database_option(), json_option()}},
                 general_options()},
      .examples = {{"yardstick nightly nightly_cpu --db history.db --out tonight",
                    "what cron calls every night"},
                   {"yardstick nightly gate.json --id \"gate/$NIGHT\" --out \"$NIGHT\"",
                    "a night with a name of its own, such as one measured in shards"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
