#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/results_options.h"
#include "cli/row_writer.h"
#include "results/reporters.h"
#include "results/run_list.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cmath>

namespace yardstick::cli {
namespace {

using detail::Align;
using Json = nlohmann::ordered_json;

// A figure, or why there is none.
std::string outcome_text(const RunSummary& run) {
  if (run.status != "ok" && !run.reason.empty()) return run.reason;
  if (!run.headline) return {};
  return concat(run.headline->tag, " ", format_measurement(*run.headline));
}

std::vector<std::string> cells(const RunSummary& run) {
  return {run.id.substr(0, 8),
          minute_text(run.started_at),
          run.kind,
          run.status,
          subject_text(run),
          run.weights,
          run.task,
          run.device,
          run.precision,
          run.batch_size > 0 ? concat(run.batch_size) : "",
          outcome_text(run)};
}

Json headline_json(const RunSummary& run) {
  if (!run.headline) return nullptr;
  const auto number = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
  };
  return {{"tag", run.headline->tag},
          {"value", number(run.headline->value)},
          {"low", number(run.headline->low)},
          {"high", number(run.headline->high)},
          {"unit", to_string(run.headline->unit)}};
}

Json run_json(const RunSummary& run) {
  Json methods = Json::parse(run.methods, nullptr, /*allow_exceptions=*/false);
  return {{"id", run.id},
          {"kind", run.kind},
          {"status", run.status},
          {"reason", run.reason},
          {"started_at", run.started_at},
          {"duration_s", run.duration_s},
          {"model", run.model},
          {"weights", run.weights},
          {"methods", methods.is_discarded() ? Json(run.methods) : std::move(methods)},
          {"task", run.task},
          {"split", run.split},
          {"device", run.device},
          {"device_name", run.device_name},
          {"precision", run.precision},
          {"batch_size", run.batch_size},
          {"on_leaderboard", run.on_leaderboard},
          {"headline", headline_json(run)}};
}

int run(const CommandLine& line, Context& context) {
  RunQuery query{.filters = line.list("filter")};
  const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  query.limit = line.whole_number("limit", is_terminal && !line.has("json") ? 20 : 0, /*least=*/0);
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);

  std::ostream& out = context.out();
  if (line.has("json")) {
    bool is_first = true;
    visit_runs(store, query, [&](const RunSummary& run) {
      out << (is_first ? "{\"runs\": [\n" : ",\n") << dump_json(run_json(run));
      is_first = false;
      return wants_more(context);
    });
    out << "\n]}\n";
    return context.is_stopping() ? kSomeFailed : kOk;
  }
  StreamTable table(
      {"run", "started (UTC)", "kind", "status", "model", "weights", "task", "device", "precision",
       "batch", "figure"},
      {Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft,
       Align::kLeft, Align::kLeft, Align::kLeft, Align::kRight, Align::kLeft},
      out);
  std::int64_t shown = 0;
  visit_runs(store, query, [&](const RunSummary& run) {
    table.add(cells(run));
    ++shown;
    return wants_more(context);
  });
  table.finish();
  out.flush();
  if (is_terminal && shown == query.limit && store.size() > shown) {
    context.err() << "the newest " << shown << " of " << store.size()
                  << " runs; --limit N shows more, --limit 0 all\n";
  }
  return context.is_stopping() ? kSomeFailed : kOk;
}

}  // namespace

Command results_list_command() {
  return {
      .name = "results list",
      .summary = "lists the stored runs, newest first",
      .arguments = "",
      .details = concat("One line for each train, eval and bench run, whatever came of it: when it "
                        "began, how it ended, what was run, and its headline figure or why there "
                        "is none. Other commands take a run by the digits in front.\n\n",
                        filter_help()),
      .groups = {{"Options",
                  {filter_option(),
                   {.name = "limit",
                    .value = "N",
                    .help = "the newest N runs; 0 for all",
                    .fallback = "20 on a terminal, else all",
                    .letter = 'n'},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results list", "the newest runs"},
                   {"yardstick results list --filter status=failed --filter 'started_at>2026-11'",
                    "what failed since November"},
                   {"yardstick results list --filter 'model=vit_*' --filter 'accuracy/top1>90%' "
                    "--json",
                    "good ViTs, for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
