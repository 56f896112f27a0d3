#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/results_options.h"
#include "results/reporters.h"
#include "results/result_store.h"
#include "results/sqlite_backup.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

int run(const CommandLine& line, Context& context) {
  const std::string from = line.text("db", default_database_path());
  const std::string& to = line.arguments().front();
  const BackupReport report = backup_results(
      from, to,
      {.existing = line.has("force") ? ExistingFile::kReplace : ExistingFile::kRefuse,
       .stop = context.stop_condition()});
  if (report.is_stopped) {
    context.err() << "yardstick: interrupted; " << to << " was not written\n";
    return kSomeFailed;
  }
  if (line.has("json")) {
    context.out() << nlohmann::ordered_json{{"from", from},
                                            {"to", to},
                                            {"runs", report.runs},
                                            {"bytes", report.bytes}}
                         .dump(2)
                  << "\n";
  } else {
    context.out() << to << ": " << detail::count_text(report.runs, "run", "runs") << ", "
                  << format_value(static_cast<double>(report.bytes), Unit::kBytes) << ", checked\n";
  }
  return kOk;
}

}  // namespace

Command results_backup_command() {
  return {
      .name = "results backup",
      .summary = "copies the results database while others write to it",
      .arguments = "TO",
      .details =
          "The copy is the file as it was at one moment. It is written beside TO, checked "
          "(SQLite's integrity check, and as many rows in each table), flushed to the disk "
          "and only then named TO: a file of that name is a whole one. Copying the file by "
          "other means while somebody writes can lose the newest records, which are in a "
          "file beside it.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "force", .help = "replace TO where it exists", .letter = 'f'},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results backup /backup/results-2026-11-26.db",
                    "the default database, to another disk"},
                   {"yardstick results backup --db team.db --force /backup/team.db",
                    "from cron, always the same name"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
