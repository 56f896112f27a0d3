#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/suite.h"
#include "cli/sweep_output.h"
#include "cli/sweep_plan.h"
#include "cli/sweep_run.h"
#include "results/result_store.h"
#include "runners/job.h"

#include <yardstick/error.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {
namespace {

bool retries_failed(const CommandLine& line) { return line.has("retry-failed"); }
bool resumes(const CommandLine& line) { return line.has("resume") || retries_failed(line); }

// Which sweep is meant, and what the database has of it.
struct Resumed {
  std::string id;
  std::vector<SweepRun> runs;
};

// The sweep that the options name; nothing where that is a new one without a name.
std::optional<Resumed> find_resumed(const CommandLine& line, const Suite& suite,
                                    const ResultStore& store) {
  std::optional<std::string> id;
  if (line.has("id")) {
    id = line.text("id");
  } else if (resumes(line)) {
    id = newest_sweep(store, suite.name);
  }
  if (!id) return std::nullopt;
  return Resumed{*id, sweep_runs(store, *id)};
}

int preview(const CommandLine& line, const Suite& suite, const Shard& shard,
            const std::vector<SweepCell>& cells, const std::string& database, Context& context) {
  std::vector<SweepRun> runs;
  std::map<std::string, double> known_s;
  if (std::filesystem::exists(database)) {
    const ResultStore store(database, ResultStore::Mode::kReadOnly);
    known_s = mean_cell_durations_s(store);
    if (auto resumed = find_resumed(line, suite, store)) runs = std::move(resumed->runs);
  }
  const auto steps = steps_to_run(suite, cells, SweepState(runs), retries_failed(line));
  const SweepPreview preview{suite, shard, cells, steps, estimate(suite, cells, steps, known_s)};
  context.out() << (line.has("json") ? preview_json(preview) : preview_text(preview));
  return kOk;
}

int measure(const CommandLine& line, const Suite& suite, const Shard& shard,
            const std::vector<SweepCell>& cells, const std::string& database, Context& context) {
  ResultStore store(database, ResultStore::Mode::kReadWrite);
  const std::optional<Resumed> resumed = find_resumed(line, suite, store);
  const std::string id = resumed ? resumed->id : make_uuid();
  const std::vector<SweepRun> earlier = resumed ? resumed->runs : std::vector<SweepRun>{};
  const bool has_earlier = has_run_of(cells, earlier);
  if (has_earlier && !resumes(line)) {
    throw_user(concat("sweep ", id, " is in ", database, " already"),
               "--resume goes on with it; another --id begins a new one");
  }
  if (!has_earlier && resumes(line)) {
    context.err() << "yardstick: nothing to resume in " << database << "; a new sweep begins\n";
  }
  const SweepSession session = continue_sweep(
      {id, suite, cells, earlier, retries_failed(line), line.has("quiet")}, store, context);

  const SweepState state(sweep_runs(store, id));
  const SweepReport report{id, suite, shard, cells, state, session.runs_now, !session.is_done};
  context.out() << (line.has("json") ? sweep_json(report) : sweep_text(report));
  return session.is_done && is_complete(report) ? kOk : kSomeFailed;
}

int run(const CommandLine& line, Context& context) {
  const Suite suite =
      read_suite(find_suite(line.arguments().front(), context), context.registrar());
  const Shard shard = parse_shard(line.text("shard", "1/1"));
  const std::vector<SweepCell> cells = plan_cells(suite, shard, context);
  const std::string database = line.text("db", default_database_path());
  return line.has("dry-run") ? preview(line, suite, shard, cells, database, context)
                             : measure(line, suite, shard, cells, database, context);
}

}  // namespace

Command sweep_command() {
  return {
      .name = "sweep",
      .summary =
          "measures every cell of a suite: models, methods, batches, resolutions, precisions",
      .arguments = "SUITE",
      .details =
          "SUITE is a JSON file (docs/measuring.md, \"Sweeps\"), or the name of one that ships "
          "with "
          "Yardstick. Each cell is measured in as many processes as the suite says, interleaved "
          "over the cells in a seeded random order. Each process is a stored run; one that fails "
          "is "
          "a stored failure, the sweep goes on, and the exit code is 1.\n\n"
          "What is stored is not measured again with `--resume`, after an interruption, a crash or "
          "a power cut: it goes on with the suite's newest sweep, or that of `--id`. Shards of "
          "several machines are parts of one sweep where they have the same `--id`; `yardstick "
          "results merge` puts their databases together.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Sweep",
                  {{.name = "resume", .help = "go on with a sweep that has begun"},
                   {.name = "retry-failed", .help = "the same, and measure anew what failed"},
                   {.name = "id",
                    .value = "TEXT",
                    .help = "name of this sweep",
                    .fallback = "a new one, with --resume the newest"},
                   {.name = "shard",
                    .value = "I/N",
                    .help = "measure only the I-th of N parts of the cells",
                    .fallback = "1/1"},
                   {.name = "dry-run",
                    .help = "print the cells, what is left to run of each, and an estimate"}}},
                 {"Results", {database_option(), json_option()}},
                 general_options()},
      .examples = {{"yardstick sweep smoke", "a suite that ships with Yardstick, on tiny models"},
                   {"yardstick sweep nightly --resume", "go on after an interruption"},
                   {"yardstick sweep suite.json --id june --shard 2/3 --db june-2.db",
                    "the second of three machines"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
