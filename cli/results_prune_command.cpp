#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/results_options.h"
#include "cli/row_writer.h"
#include "results/prune.h"
#include "results/reporters.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <iostream>
#include <optional>

namespace yardstick::cli {
namespace {

using detail::Align;
using Json = nlohmann::ordered_json;

PruneQuery query_of(const CommandLine& line) {
  PruneQuery query{.filters = line.list("filter")};
  if (line.has("status")) query.filters.push_back("status=" + line.text("status"));
  if (line.has("older-than")) query.before = prune_bound(line.text("older-than"));
  if (line.has("keep-newest")) query.keep_newest = line.whole_number("keep-newest", 0, /*least=*/0);
  if (line.has("samples-only")) query.extent = PruneExtent::kSamples;
  query.also_shown = line.has("also-shown");
  return query;
}

// "removes 12 runs with 24 series of samples and the outcomes of 3, about 1.2 MiB"
std::string what_goes(const PruneQuery& query, const PruneCounts& counts) {
  std::string text;
  if (query.extent == PruneExtent::kRuns) {
    text = concat(detail::count_text(counts.runs, "run", "runs"), " with ",
                  detail::count_text(counts.series, "series", "series"), " of samples");
  } else {
    text = concat(detail::count_text(counts.series, "series", "series"), " of samples of ",
                  detail::count_text(counts.runs, "run", "runs"));
  }
  if (counts.outcomes > 0) text += concat(" and the outcomes of ", counts.outcomes);
  return concat(text, ", about ", format_value(static_cast<double>(counts.bytes), Unit::kBytes));
}

std::string what_stays(const PruneCounts& counts) {
  if (counts.shown == 0) return {};
  return concat(detail::count_text(counts.shown, "run that a leaderboard or report shows stays",
                                   "runs that leaderboards and reports show stay"),
                "; --also-shown takes them too\n");
}

void print_runs(const Pruning& pruning, std::ostream& out) {
  StreamTable table({"run", "started (UTC)", "kind", "status", "model"},
                    {Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft}, out);
  pruning.visit([&](const RunSummary& run) {
    table.add({run.id.substr(0, 8), minute_text(run.started_at), run.kind, run.status,
               subject_text(run)});
    return out.good();
  });
  table.finish();
}

// The user's word for it, from a terminal or by --yes.
bool is_confirmed(const CommandLine& line, Context& context, const std::string& what) {
  if (line.has("yes")) return true;
  if (isatty(STDIN_FILENO) == 0) {
    throw_user("results prune removes for good, and there is no terminal to ask on",
               "look with --dry-run, then give --yes");
  }
  context.err() << "remove " << what << "? There is no way back. [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

Json counts_json(const PruneQuery& query, const Pruning& pruning, bool with_ids) {
  const PruneCounts& counts = pruning.counts();
  Json json = {{"condition", query.text()},
               {"extent", query.extent == PruneExtent::kRuns ? "runs" : "samples"},
               {"runs", counts.runs},
               {"series", counts.series},
               {"outcomes", counts.outcomes},
               {"bytes", counts.bytes},
               {"kept_because_shown", counts.shown}};
  if (!with_ids) return json;
  json["ids"] = Json::array();
  pruning.visit([&json](const RunSummary& run) {
    json["ids"].push_back(run.id);
    return true;
  });
  return json;
}

int run(const CommandLine& line, Context& context) {
  const PruneQuery query = query_of(line);
  const bool is_dry = line.has("dry-run");
  if (!query.has_condition() && !line.has("vacuum")) {
    throw_user("results prune needs a condition",
               "give --older-than, --status, --filter or --keep-newest; --dry-run shows what would "
               "go");
  }
  if (is_dry && line.has("yes")) throw_user("--dry-run removes nothing, whatever --yes says");
  const std::string path = line.text("db", default_database_path());
  require_database(path);
  ResultStore store(path, ResultStore::Mode::kReadWrite);
  Json json = {{"database", path}};
  std::ostream& out = context.out();
  if (query.has_condition()) {
    Pruning pruning(store, query);
    const PruneCounts& counts = pruning.counts();
    const std::string what = what_goes(query, counts);
    if (line.has("json")) json.update(counts_json(query, pruning, is_dry));
    json["removed"] = false;
    if (is_dry) {
      if (!line.has("json")) {
        if (counts.runs > 0) print_runs(pruning, out);
        out << (counts.runs > 0 ? "\n" : "") << "would remove " << what << "\n"
            << what_stays(counts);
      }
    } else if (counts.runs == 0) {
      if (!line.has("json")) out << "nothing to remove\n" << what_stays(counts);
    } else if (is_confirmed(line, context, what)) {
      pruning.remove();
      json["removed"] = true;
      if (!line.has("json")) out << "removed " << what << "\n" << what_stays(counts);
    } else {
      if (!line.has("json")) out << "removed nothing\n";
      return kOk;
    }
  }
  if (line.has("vacuum") && !is_dry) {
    const auto [before, after] = vacuum(store);
    json["file_bytes"] = {{"before", before}, {"after", after}};
    if (!line.has("json")) {
      out << path << ": " << format_value(static_cast<double>(before), Unit::kBytes) << " before, "
          << format_value(static_cast<double>(after), Unit::kBytes) << " now\n";
    }
  }
  if (line.has("json")) {
    out << json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) << "\n";
  }
  return kOk;
}

}  // namespace

Command results_prune_command() {
  return {
      .name = "results prune",
      .summary = "removes stored runs, or only their samples, on purpose",
      .arguments = "CONDITIONS",
      .details = concat(
          "The file is append-only, and this is the one way to take something out: the runs for "
          "which all conditions hold. What leaderboards show (the newest ok value of each "
          "configuration and measurement) and the verdicts of `reproduce` stay, unless "
          "`--also-shown`. `--samples-only` drops the timings and per-sample outcomes and keeps "
          "the "
          "run with its measurements; such a run no longer equals its copies in other files, so "
          "that `merge` and `import` refuse those.\n\nAll of it goes in one transaction, with a "
          "line in the table `prunings`. The file gets smaller with `--vacuum`. On a terminal it "
          "asks; elsewhere it needs `--yes`. A merge with another file brings runs back that were "
          "pruned here.\n\n",
          filter_help()),
      .groups = {{"Conditions",
                  {{.name = "older-than",
                    .value = "180d|26w|DATE",
                    .help = "runs that began before that"},
                   {.name = "status",
                    .value = "failed|skipped|interrupted|ok",
                    .help = "as --filter status=..."},
                   filter_option(),
                   {.name = "keep-newest",
                    .value = "N",
                    .help = "all but the newest N of each configuration, counted among those that "
                            "ended well and those that did not"}}},
                 {"Options",
                  {{.name = "samples-only", .help = "drop samples and outcomes, keep the runs"},
                   {.name = "also-shown", .help = "also what leaderboards and reports show"},
                   {.name = "dry-run", .help = "print what would go, and remove nothing"},
                   {.name = "yes", .help = "do not ask", .letter = 'y'},
                   {.name = "vacuum", .help = "give the freed space back to the disk"},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results prune --status failed --older-than 30d --dry-run",
                    "what would go"},
                   {"yardstick results prune --older-than 180d --samples-only --yes --vacuum",
                    "old timings, and a smaller file"},
                   {"yardstick results prune --filter kind=bench --keep-newest 20",
                    "asks, then keeps 20 benchmarks of each configuration"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
