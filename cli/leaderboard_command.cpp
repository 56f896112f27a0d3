#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "results/leaderboard.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <sstream>

namespace yardstick::cli {
namespace {

std::string chosen_format(const CommandLine& line) {
  const std::string format = line.text("format", line.has("json") ? "json" : "table");
  const std::vector<std::string> formats = {"table", "md", "csv", "latex", "json", "html"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
    throw_user(concat("--format is one of table, md, csv, latex, json, html, not \"", format, "\""),
               suggestion(format, formats));
  }
  return format;
}

// "a,b" and --columns a --columns b alike.
std::vector<std::string> chosen_columns(const CommandLine& line) {
  std::vector<std::string> columns;
  for (const std::string& list : line.list("columns")) {
    std::istringstream rest(list);
    for (std::string tag; std::getline(rest, tag, ',');) {
      if (!tag.empty()) columns.push_back(tag);
    }
  }
  return columns;
}

// The page and JSON have all figures with their intervals; who reads them chooses there.
void refuse_choices(const CommandLine& line, const std::string& format) {
  if (format != "json" && format != "html") return;
  for (const char* option : {"columns", "no-intervals"}) {
    if (!line.has(option)) continue;
    throw_user(concat("--", option, " is for table, md, csv and latex; ", format,
                      " has every figure with its interval"));
  }
}

int run(const CommandLine& line, Context& context) {
  const std::string format = chosen_format(line);
  refuse_choices(line, format);
  LeaderboardQuery query;
  query.task = line.text("task");
  query.sort = line.text("sort", query.sort);
  query.filters = line.list("filter");
  query.group = line.text("group", query.group);
  query.include_ineligible = line.has("all");
  query.limit = line.whole_number("top", 0);
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  Leaderboard board = query_leaderboard(store, query);
  if (line.has("columns")) keep_columns(board, chosen_columns(line));
  std::string text = format_leaderboard(board, format, context.share_dir() + "/report",
                                        {.has_intervals = !line.has("no-intervals")});
  if (!text.ends_with('\n')) text += '\n';
  context.out() << text;
  return kOk;
}

}  // namespace

Command leaderboard_command() {
  const LeaderboardQuery defaults;
  return {
      .name = "leaderboard",
      .summary = "ranks the models by their stored results",
      .arguments = "",
      .details =
          "One row for each model as it was run (model, weights, methods, device, precision) "
          "with its newest good figures, best first. Rows of debug and sanitizer builds and "
          "of limited data are left out unless `--all` is given.",
      .groups = {{"Options",
                  {{.name = "task", .value = "NAME", .help = "runs of this task only"},
                   {.name = "sort",
                    .value = "TAG",
                    .help = "measurement to rank by, best first",
                    .fallback = defaults.sort},
                   {.name = "filter",
                    .value = "CONDITION",
                    .help = "rows to keep, as model=vit_* or accuracy/top1>0.9; repeatable",
                    .is_repeatable = true},
                   {.name = "group",
                    .value = "model|family|device|none",
                    .help = "the best row of each",
                    .fallback = defaults.group},
                   {.name = "top", .value = "N", .help = "the best N rows of each task only"},
                   {.name = "columns",
                    .value = "TAG,...",
                    .help = "these measurements in this order (table, md, csv, latex), as "
                            "accuracy/top1,latency/*; repeatable",
                    .fallback = "the headline figures; in csv all",
                    .is_repeatable = true},
                   {.name = "no-intervals",
                    .help = "values without their intervals (table, md, csv, latex)"},
                   {.name = "format",
                    .value = "table|md|csv|latex|json|html",
                    .help = "how it is printed",
                    .fallback = "table"},
                   {.name = "all", .help = "also rows kept off leaderboards", .letter = 'a'},
                   {.name = "json", .help = "the same as --format json"},
                   database_option()}},
                 general_options()},
      .examples =
          {{"yardstick leaderboard --task digits", "the table for one task"},
           {"yardstick leaderboard --sort throughput/inference/images --filter 'device=cpu'",
            "the fastest models on the CPU"},
           {"yardstick leaderboard --format csv > results.csv", "all columns, for a sheet"},
           {"yardstick leaderboard --format latex --columns 'accuracy/top1,throughput/*'",
            "a table for a paper"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
