#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "results/badge.h"
#include "results/leaderboard.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>

namespace yardstick::cli {
namespace {

constexpr char kDefaultTag[] = "accuracy/top1";

bool is_svg(const CommandLine& line) {
  const std::string format = line.text("format", line.has("json") ? "json" : "svg");
  if (format != "svg" && format != "json") {
    throw_user(concat("--format is svg or json, not \"", format, "\""));
  }
  return format == "svg";
}

int run(const CommandLine& line, Context& context) {
  const bool as_svg = is_svg(line);
  const BadgeStyle defaults;
  const BadgeStyle style{.label = line.text("label"),
                         .color = line.text("color", defaults.color),
                         .has_interval = !line.has("no-intervals")};
  const std::string tag = line.text("tag", kDefaultTag);
  const LeaderboardQuery query{.task = line.text("task"),
                               .sort = tag,
                               .filters = line.list("filter"),
                               .group = "none",
                               .include_ineligible = line.has("all")};
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  const Leaderboard board = query_leaderboard(store, query);
  // A leaderboard takes another figure where its default is not measured; a badge must not.
  if (board.query.sort != tag) {
    throw_user(concat("no row has a measurement ", tag), concat("--tag ", board.query.sort));
  }
  const Badge badge = leaderboard_badge(board, style);
  const std::string text = as_svg ? badge_svg(badge) : badge_json(badge);
  const std::string path = line.text("out");
  if (path.empty()) {
    context.out() << text;
  } else {
    write_whole_file(path, text);
    context.out() << path << "\n";
  }
  return kOk;
}

}  // namespace

Command badge_command() {
  const BadgeStyle defaults;
  return {
      .name = "badge",
      .summary = "draws one stored figure as a small picture for a README",
      .arguments = "",
      .details =
          "The newest value of `--tag` in the best row that the filters leave, with its 95 % "
          "interval, as an SVG file that needs nothing else, or as JSON for an endpoint badge of "
          "shields.io. Rows of several tasks are refused: `--task` chooses one.",
      .groups = {{"Options",
                  {{.name = "tag",
                    .value = "TAG",
                    .help = "measurement to show",
                    .fallback = kDefaultTag},
                   {.name = "task", .value = "NAME", .help = "runs of this task only"},
                   {.name = "filter",
                    .value = "CONDITION",
                    .help = "rows to choose from, as model=vit_*; repeatable",
                    .is_repeatable = true},
                   {.name = "label",
                    .value = "TEXT",
                    .help = "what stands on the left",
                    .fallback = "a short name of the tag"},
                   {.name = "color",
                    .value = "COLOR",
                    .help = "of the right side: blue, brightgreen, green, yellow, orange, red, "
                            "grey, lightgrey or #1a2b3c",
                    .fallback = defaults.color},
                   {.name = "no-intervals", .help = "the value without its interval"},
                   {.name = "out",
                    .value = "FILE",
                    .help = "the file to write, whose path is then printed",
                    .fallback = "stdout",
                    .letter = 'o'},
                   {.name = "format",
                    .value = "svg|json",
                    .help = "json is for an endpoint badge",
                    .fallback = "svg"},
                   {.name = "all", .help = "also rows kept off leaderboards", .letter = 'a'},
                   {.name = "json", .help = "the same as --format json"},
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick badge --task digits --out top1.svg", "the best model's accuracy"},
                   {"yardstick badge --tag throughput/inference/images --filter model=vit_test "
                    "--label speed --json",
                    "for shields.io"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
