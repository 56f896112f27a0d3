#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/history_output.h"
#include "cli/sources.h"

#include <algorithm>

namespace yardstick::cli {
namespace {

const ParamSchema& history_settings() {
  static const ParamSchema schema = [] {
    const HistoryQuery defaults;
    ParamSchema settings;
    settings.number("limit", 0.01, "worsening by more than which the command fails", 0, 10)
        .integer("shortest_regime", defaults.shortest_regime, "points that a regime has at least",
                 2, 1000);
    return settings;
  }();
  return schema;
}

int run(const CommandLine& line, Context& context) {
  Params settings(history_settings());
  Sources(line).apply(settings);
  HistoryQuery query;
  query.tag = line.text("tag", query.tag);
  query.model = line.text("model", query.model);
  query.since = line.text("since");
  query.include_ineligible = line.has("all");
  query.shortest_regime = settings.get<std::int64_t>("shortest_regime");
  const double limit = settings.get<double>("limit");

  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);
  const std::vector<HistorySeries> all = query_history(store, query);
  context.out() << (line.has("json") ? history_json(query, all, limit)
                                     : history_text(query, all, limit));
  const bool has_worsened = std::any_of(all.begin(), all.end(), [&](const HistorySeries& series) {
    return series.has_worsened(limit);
  });
  return has_worsened ? kSomeFailed : kOk;
}

}  // namespace

Command regress_history_command() {
  const HistoryQuery defaults;
  return {
      .name = "regress history",
      .summary = "finds where stored figures changed, and between which commits",
      .arguments = "",
      .details =
          "One series for each configuration (model, parameters, methods, device, precision, "
          "threads, protocol, batch size): the median over the processes of one commit on one day, "
          "in order of time. A penalised piecewise-constant fit of the logarithms parts a series "
          "into regimes (docs/measuring.md, \"History\"). Of a gate's runs the candidate's "
          "count.\n\n"
          "Exit code 1 where the newest regime of a series is worse than the one before by more "
          "than `--limit`. A change that was accepted is left behind with `--since`.",
      .groups =
          {{"Options",
            {{.name = "tag",
              .value = "TAG",
              .help = "measurement to follow",
              .fallback = defaults.tag},
             {.name = "model", .value = "GLOB", .help = "models to follow", .fallback = "*"},
             {.name = "since", .value = "DATE", .help = "only runs from then on, as 2026-11-25"},
             {.name = "all", .help = "also rows kept off leaderboards", .letter = 'a'},
             json_option(),
             database_option()}},
           setting_options("Regimes", history_settings()),
           general_options()},
      .examples = {{"yardstick regress history --model 'vit*'", "when did the models change?"},
                   {"yardstick regress history --tag throughput/inference/images --since 2026-11",
                    "another measurement, since November"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
