#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "results/leaderboard.h"

#include <yardstick/error.h>

namespace yardstick::cli {
namespace {

int run(const CommandLine& line, Context& context) {
  if (!line.has("out")) throw_user("yardstick report needs --out FILE.html");
  const std::string path = line.text("out");
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  write_whole_file(path, html_report(store, context.share_dir() + "/report"));
  context.out() << path << "\n";
  return kOk;
}

}  // namespace

Command report_command() {
  return {
      .name = "report",
      .summary = "writes an HTML report of the stored results",
      .arguments = "--out FILE.html",
      .details =
          "One file that opens without a network: a sortable table, accuracy against "
          "throughput, and each run's settings and provenance. Prints the file's path.",
      .groups = {{"Options",
                  {{.name = "out", .value = "FILE", .help = "the report's file", .letter = 'o'},
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick report --out report.html", "report on the default database"},
                   {"yardstick report --db team.db --out /tmp/team.html", "on another one"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
