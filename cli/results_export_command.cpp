#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "cli/results_options.h"
#include "results/export.h"
#include "results/salvage.h"
#include "results/text_layout.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace yardstick::cli {
namespace {

std::string one_of(const std::string& option, const std::string& given,
                   const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), given) != choices.end()) return given;
  std::string all;
  for (const std::string& choice : choices) all += (all.empty() ? "" : " or ") + choice;
  throw_user(concat("--", option, " is ", all, ", not \"", given, "\""),
             suggestion(given, choices));
}

std::string format_of(const CommandLine& line) {
  if (line.has("json") && !line.has("format")) return "jsonl";
  const bool is_csv_file = std::string_view(line.text("out")).ends_with(".csv");
  return one_of("format", line.text("format", is_csv_file ? "csv" : "jsonl"), {"jsonl", "csv"});
}

// For a damaged file. Says on stderr what is lost.
std::int64_t salvage(const ResultStore& store, std::ostream& out, Context& context, int& code) {
  const SalvageReport report = salvage_json_lines(store, out, context.stop_condition());
  for (const std::string& loss : report.losses) context.err() << "yardstick: " << loss << "\n";
  if (report.lost > 0) {
    context.err() << "yardstick: " << detail::count_text(report.lost, "run", "runs")
                  << " could not be read\n";
    code = kSomeFailed;
  }
  return report.written;
}

int run(const CommandLine& line, Context& context) {
  const std::string format = format_of(line);
  const std::string shape = one_of("shape", line.text("shape", "long"), {"long", "wide"});
  if (line.has("shape") && format != "csv") throw_user("--shape is for --format csv");
  if (line.has("salvage") && (format != "jsonl" || line.has("filter"))) {
    throw_user("--salvage takes all runs, as JSON lines", "leave out --filter and --format");
  }
  const ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadOnly);

  std::optional<OutputFile> file;
  if (line.has("out")) file.emplace(line.text("out"));
  std::ostream& out = file ? file->stream() : context.out();
  const std::vector<std::string>& filters = line.list("filter");
  int code = kOk;
  const std::int64_t count =
      line.has("salvage") ? salvage(store, out, context, code)
      : format == "jsonl"
          ? export_json_lines(store, filters, out, context.stop_condition())
          : export_csv(store, filters, shape == "long" ? CsvShape::kLong : CsvShape::kWide, out,
                       context.stop_condition());
  if (context.is_stopping()) {
    context.err() << "yardstick: interrupted after " << detail::count_text(count, "run", "runs")
                  << (file ? concat("; ", line.text("out"), " was not written") : std::string())
                  << "\n";
    return kSomeFailed;
  }
  if (file) {
    file->commit();
    if (!line.has("quiet")) {
      context.err() << line.text("out") << ": " << detail::count_text(count, "run", "runs") << "\n";
    }
  }
  return code;
}

}  // namespace

Command results_export_command() {
  return {
      .name = "results export",
      .summary = "writes stored runs as JSON lines or CSV, for other programs",
      .arguments = "",
      .details = concat(
          "JSON lines hold whole records, one a line, samples and outcomes included: `results "
          "import` gives them back as they were. CSV holds the measurements: `--shape long` has a "
          "line for each (and one for a run without any), `--shape wide` a line for each run, with "
          "columns for every measurement. Runs come oldest first, all of one moment, whatever is "
          "written meanwhile, and memory does not grow with their number.\n\n",
          filter_help()),
      .groups = {{"Options",
                  {{.name = "format",
                    .value = "jsonl|csv",
                    .help = "what is written",
                    .fallback = "csv where the file is named so, else jsonl"},
                   {.name = "shape", .value = "long|wide", .help = "of CSV", .fallback = "long"},
                   {.name = "out",
                    .value = "FILE",
                    .help = "a file that appears when it is whole",
                    .fallback = "standard output",
                    .letter = 'o'},
                   filter_option(),
                   {.name = "salvage",
                    .help =
                        "of a damaged file: every run that can still be read; exit code 1 where "
                        "any cannot"},
                   {.name = "json", .help = "the same as --format jsonl"},
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results export --out runs.jsonl", "everything, to be read back"},
                   {"yardstick results export --filter task=digits --shape wide --out digits.csv",
                    "one task, for a sheet"},
                   {"yardstick results export --filter 'started_at>2026-11' | gzip > november.gz",
                    "the runs since November"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
