#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/results_options.h"
#include "results/result_store.h"
#include "results/sqlite_integrity.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using detail::printable;
using Json = nlohmann::ordered_json;

const char* state_text(CheckState state) {
  switch (state) {
    case CheckState::kGood:
      return "ok";
    case CheckState::kBad:
      return "BAD";
    case CheckState::kSkipped:
      break;
  }
  return "skipped";
}

std::string report_text(const std::string& path, const FileReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const FileCheck& check : report.checks) {
    rows.push_back({check.name, state_text(check.state), printable(check.detail)});
    for (const std::string& run : check.runs) rows.push_back({"", "", "run " + printable(run)});
    if (!check.remedy.empty()) rows.push_back({"", "", "remedy: " + printable(check.remedy)});
  }
  constexpr auto kLeft = detail::Align::kLeft;
  std::int64_t bad = 0;
  for (const FileCheck& check : report.checks) bad += check.state == CheckState::kBad ? 1 : 0;
  return concat(detail::lay_out(rows, {kLeft, kLeft, kLeft}), path, ": ",
                bad == 0 ? std::string("good") : detail::count_text(bad, "problem", "problems"),
                "\n");
}

Json report_json(const std::string& path, const FileReport& report) {
  Json checks = Json::array();
  for (const FileCheck& check : report.checks) {
    const char* state = check.state == CheckState::kBad ? "bad" : state_text(check.state);
    checks.push_back({{"check", check.name},
                      {"state", state},
                      {"detail", check.detail},
                      {"remedy", check.remedy},
                      {"runs", check.runs}});
  }
  return {{"database", path},
          {"good", report.is_good()},
          {"runs", report.runs},
          {"checks", std::move(checks)}};
}

int run(const CommandLine& line, Context& context) {
  const std::string path = line.text("db", default_database_path());
  if (line.has("upgrade")) {
    require_database(path);
    ResultStore(path, ResultStore::Mode::kReadWrite);
  }
  const FileReport report =
      check_results(path, line.has("deep") ? CheckDepth::kEveryRecord : CheckDepth::kFile,
                    context.stop_condition());
  if (line.has("json")) {
    context.out() << report_json(path, report)
                         .dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace)
                  << "\n";
  } else {
    context.out() << report_text(path, report);
  }
  if (!report.is_good()) return kData;
  if (report.is_stopped) {
    context.err() << "yardstick: interrupted; the rest was not checked\n";
    return kSomeFailed;
  }
  return kOk;
}

}  // namespace

Command results_check_command() {
  return {
      .name = "results check",
      .summary = "looks for damage in a results database",
      .arguments = "",
      .details =
          "One line a check: pages and indexes (SQLite's integrity check), identity and "
          "schema, the write-ahead log, the triggers that keep the tables append-only, "
          "references between tables, JSON, and what is derived for leaderboards. `--deep` "
          "also reads every run: samples and outcomes unpack, figures have known units, the "
          "configuration is what the record says. Nothing is changed, except by `--upgrade`. Where "
          "something is "
          "wrong the exit code is 3, and the lines name the runs and what to do.",
      .groups = {{"Options",
                  {{.name = "deep", .help = "also read every run whole"},
                   {.name = "upgrade",
                    .help = "bring a file of an older Yardstick up to date first"},
                   json_option(),
                   database_option()}},
                 general_options()},
      .examples = {{"yardstick results check", "is the default database sound?"},
                   {"yardstick results check --deep --db archive.db --json",
                    "every record of another one, for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
