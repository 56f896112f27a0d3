#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/results_options.h"
#include "cli/row_writer.h"
#include "results/sqlite_query.h"

#include <yardstick/error.h>

#include <iostream>
#include <iterator>

namespace yardstick::cli {
namespace {

std::string sql_of(const std::string& argument) {
  if (argument != "-") return argument;
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

int run(const CommandLine& line, Context& context) {
  const auto writer =
      row_writer(line.text("format", line.has("json") ? "json" : "table"), context.out());
  const std::int64_t seconds = line.whole_number("timeout", 0);
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  const SqlEnd end =
      query_sql(store, sql_of(line.arguments().front()),
                {.stop = context.stop_condition(), .time_limit = std::chrono::seconds(seconds)},
                {.columns = [&](const std::vector<std::string>& names) { writer->begin(names); },
                 .row =
                     [&](const std::vector<SqlValue>& row) {
                       writer->add(row);
                       return context.out().good();
                     }});
  writer->finish();
  context.out().flush();
  if (end == SqlEnd::kComplete) return kOk;
  context.err() << "yardstick: the query "
                << (end == SqlEnd::kStopped ? std::string("was interrupted")
                                            : concat("took longer than ", seconds, " s"))
                << "; what it had found is printed\n";
  return kSomeFailed;
}

}  // namespace

Command results_query_command() {
  return {
      .name = "results query",
      .summary = "asks the results database in SQL, which can only read",
      .arguments = "SQL|-",
      .details =
          "One statement, or - for standard input. SQLite itself refuses whatever would "
          "change the file or open another. docs/results-schema.md describes the tables and "
          "the views `leaderboards`, `measurements`, `run_list` and `newest_measurements`. "
          "In CSV and JSON, bytes are hexadecimal digits. Ctrl-C and `--timeout` end a "
          "query with exit code 1.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "format",
                    .value = "table|csv|md|json|jsonl",
                    .help = "how rows are printed",
                    .fallback = "table"},
                   {.name = "timeout",
                    .value = "SECONDS",
                    .help = "give up after that long",
                    .fallback = "none"},
                   {.name = "json", .help = "the same as --format json"},
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results query \"SELECT rank, model, value FROM leaderboards WHERE "
                    "tag = 'accuracy/top1'\"",
                    "a leaderboard"},
                   {"yardstick results query \"SELECT kind, status, count(*) AS runs FROM runs "
                    "GROUP BY 1, 2\" --format md",
                    "how many runs of each kind, for a README"},
                   {"yardstick results query - --format csv < yearly.sql > yearly.csv",
                    "a long query, from a file"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
