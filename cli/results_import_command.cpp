#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/results_options.h"
#include "results/import.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

// "-" is standard input. Throws Data where the file cannot be read.
std::istream& open_input(const std::string& path, std::ifstream& file) {
  if (path == "-") return std::cin;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw_data(concat(path, " is a folder, not a file of records"));
  }
  errno = 0;
  file.open(path, std::ios::binary);
  if (!file) throw_data(concat(path, " cannot be read: ", std::strerror(errno)));
  return file;
}

Json report_json(const std::string& path, const ImportReport& report, bool is_kept) {
  Json problems = Json::array();
  for (const ImportProblem& problem : report.problems) {
    problems.push_back({{"what", problem.what}, {"conflict", problem.is_conflict}});
  }
  return {{"from", path},
          {"kept", is_kept},
          {"added", report.added},
          {"already_there", report.already_there},
          {"refused", report.refused},
          {"problems", std::move(problems)}};
}

void print_problems(const ImportReport& report, Context& context) {
  for (const ImportProblem& problem : report.problems) {
    context.err() << "yardstick: " << problem.what << "\n";
  }
  const auto more = report.refused - static_cast<std::int64_t>(report.problems.size());
  if (more > 0) context.err() << "yardstick: and " << more << " more\n";
}

int run(const CommandLine& line, Context& context) {
  const BadLines bad_lines = line.has("skip-bad") ? BadLines::kSkip : BadLines::kRefuseFile;
  // A mistyped name is found before anything is written.
  for (const std::string& path : line.arguments()) {
    std::ifstream file;
    open_input(path, file);
  }
  const std::string into = line.text("db", default_database_path());
  ResultStore store(into, ResultStore::Mode::kReadWrite);
  Json reports = Json::array();
  int code = kOk;
  for (const std::string& path : line.arguments()) {
    std::ifstream file;
    const std::string name = path == "-" ? "standard input" : path;
    const ImportReport report =
        import_runs(store, open_input(path, file), name, bad_lines, context.stop_condition());
    if (report.is_stopped) {
      context.err() << "yardstick: interrupted; nothing of " << name << " was added\n";
      code = kSomeFailed;
      break;
    }
    const bool is_kept = report.refused == 0 || bad_lines == BadLines::kSkip;
    print_problems(report, context);
    if (!is_kept) {
      context.err() << "yardstick: nothing of " << name
                    << " was added; --skip-bad takes the other lines\n";
      code = kData;
    } else if (report.refused > 0 && code == kOk) {
      code = kSomeFailed;
    }
    reports.push_back(report_json(path, report, is_kept));
    if (!line.has("json")) {
      context.out() << name << ": " << detail::count_text(report.added, "run", "runs") << " added, "
                    << report.already_there << " there already, " << report.refused << " refused"
                    << std::endl;
    }
  }
  if (line.has("json")) {
    context.out() << Json{{"into", into}, {"runs", store.size()}, {"imported", std::move(reports)}}
                         .dump(2, ' ', false, Json::error_handler_t::replace)
                  << "\n";
  } else {
    context.out() << into << ": " << detail::count_text(store.size(), "run", "runs") << "\n";
  }
  return code;
}

}  // namespace

Command results_import_command() {
  return {
      .name = "results import",
      .summary = "adds runs from JSON lines that `results export` wrote",
      .arguments = "FILE...",
      .details =
          "Reads JSON lines, or a document as `--json` of bench, eval and train prints it; - is "
          "standard input. A file is added as a whole or not at all; with `--skip-bad` its good "
          "lines are, and the exit code is 1 where any was left out. Runs that are there already "
          "are counted and left as they are. A line that is no record, or a different run under an "
          "id that is taken, is named with its number and what is wrong, and the exit code is 3. "
          "The files need not be trusted: sizes, types, ids, dates and numbers are checked.",
      .min_arguments = 1,
      .max_arguments = 1000,
      .groups = {{"Options",
                  {{.name = "skip-bad", .help = "leave out what cannot be taken"},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results import runs.jsonl", "what `results export` wrote elsewhere"},
                   {"zcat november.gz | yardstick results import - --db archive.db",
                    "a packed file, into another database"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
