#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "results/html_report.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

constexpr std::int64_t kMostRows = 10'000;

int run(const CommandLine& line, Context& context) {
  if (!line.has("out")) throw_user("yardstick report needs --out FILE.html");
  const std::string path = line.text("out");
  ReportOptions options;
  options.title = line.text("title", options.title);
  options.query.task = line.text("task");
  options.query.sort = line.text("sort", options.query.sort);
  options.query.filters = line.list("filter");
  options.query.limit = line.whole_number("top", kMostRows);
  options.query.include_ineligible = line.has("all");
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  const std::string page = html_report(store, context.share_dir() + "/report", options);
  write_whole_file(path, page);
  if (line.has("json")) {
    context.out() << nlohmann::ordered_json{{"file", path}, {"bytes", page.size()}}.dump(2) << "\n";
  } else {
    context.out() << path << "\n";
  }
  return kOk;
}

}  // namespace

Command report_command() {
  const ReportOptions defaults;
  return {
      .name = "report",
      .summary = "writes an HTML report of the stored results",
      .arguments = "--out FILE.html",
      .details =
          "One file that opens without a network, to mail or to put on a web server: leaderboards "
          "that say which rows are not told apart, trade-offs with their Pareto fronts, any two "
          "rows head to head, papers' verdicts, history, every run's settings, data and protocol "
          "(docs/report.md). Prints the file's path.",
      .groups = {{"Options",
                  {{.name = "out", .value = "FILE", .help = "the report's file", .letter = 'o'},
                   {.name = "title",
                    .value = "TEXT",
                    .help = "the page's heading",
                    .fallback = defaults.title},
                   {.name = "task", .value = "NAME", .help = "rows of this task only"},
                   {.name = "sort",
                    .value = "TAG",
                    .help = "measurement to rank by, best first",
                    .fallback = defaults.query.sort},
                   {.name = "filter",
                    .value = "CONDITION",
                    .help = "rows to keep, as model=vit_* or accuracy/top1>0.9; repeatable",
                    .is_repeatable = true},
                   {.name = "top",
                    .value = "N",
                    .help = "the best N rows of each task only",
                    .fallback = std::to_string(kMostRows)},
                   {.name = "all", .help = "also rows kept off leaderboards", .letter = 'a'},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick report --out report.html", "report on the default database"},
                   {"yardstick report --db team.db --title 'Team results' --filter 'device=cuda*' "
                    "-o team.html",
                    "on another one, what ran on a GPU only"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
