#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "results/record_contents.h"
#include "results/reporters.h"
#include "results/run_list.h"

#include <yardstick/error.h>

namespace yardstick::cli {
namespace {

int run(const CommandLine& line, Context& context) {
  if (line.has("samples") && !line.has("json")) {
    throw_user("--samples prints values, which takes --json");
  }
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  const RunRecord record = store.get(resolve_run_id(store, line.arguments().front()));
  if (line.has("samples")) {
    context.out() << record_to_json(record, /*with_samples=*/true);
  } else if (line.has("json")) {
    context.out() << record_contents_json(record);
  } else {
    context.out() << record_to_text(record, RecordDetail::kFull) << record_contents_text(record);
  }
  return kOk;
}

}  // namespace

Command results_show_command() {
  return {
      .name = "results show",
      .summary = "prints a stored run with all that is known about it",
      .arguments = "RUN",
      .details =
          "RUN is an id or its first digits, `latest`, or `@2` for the one before the "
          "newest. Prints the measurements with their 95 % intervals, every setting as run "
          "with its origin, the provenance, the settings as they were asked for, and how the "
          "samples and outcomes lie.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "samples", .help = "with --json: every sample and outcome too"},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results show latest", "the run that began last"},
                   {"yardstick results show 3fa9c1d2", "by the digits that `results list` prints"},
                   {"yardstick results show @1 --json --samples > run.json",
                    "all of it, as `results import` reads it"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
