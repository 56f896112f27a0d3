#include "cli/bench_side.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/output_file.h"
#include "cli/regress_output.h"
#include "cli/regress_run.h"
#include "cli/sources.h"
#include "results/result_store.h"

#include <yardstick/error.h>

namespace yardstick::cli {
namespace {

const ParamSchema& gate_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings
        .text("profile", "verdict", "verdict: 9 + 9 processes; nightly: 5 + 5, then 9 + 9",
              gate_profile_names())
        .integer("processes", 0, "processes a side in both stages; 0: the profile's", 0, 1000)
        .text("protocol", "", "protocol profile of each process, in place of the suite's",
              protocol_override_names())
        .number("smallest_effect", GateRules{}.smallest_effect,
                "change of time below which there is no alarm", 0, 1)
        .number("must_see", GateRules{}.must_see,
                "change of time that must not go unseen; where noise hides it, a cell is not "
                "resolved",
                0, 10)
        .integer("order_seed", 0, "of the order of the processes", 0);
    return settings;
  }();
  return schema;
}

std::map<std::string, std::string> environment_of(const CommandLine& line,
                                                  const std::string& option) {
  std::map<std::string, std::string> environment;
  for (const std::string& assignment : line.list(option)) {
    environment.insert(split_assignment(assignment, "--" + option));
  }
  return environment;
}

GateSide read_side(const CommandLine& line, const std::string& name, Context& context) {
  GateSide side;
  side.environment = environment_of(line, name + "-env");
  const std::string text = line.text(name);
  side.binary = text.empty() ? GateBinary{"this program", context.executable(), ""}
                             : find_or_build(text, name, line.has("quiet"), context);
  return side;
}

GateProfile read_profile(const Params& settings) {
  GateProfile profile = gate_profile(settings.get<std::string>("profile"));
  for (GateRules* rules : {&profile.first, &profile.confirmation}) {
    const auto processes = settings.get<std::int64_t>("processes");
    if (processes > 0) rules->processes = processes;
    rules->smallest_effect = settings.get<double>("smallest_effect");
    rules->must_see = settings.get<double>("must_see");
  }
  return profile;
}

std::string required(const CommandLine& line, const std::string& option) {
  if (!line.has(option)) throw_user(concat("yardstick regress needs --", option));
  return line.text(option);
}

int run(const CommandLine& line, Context& context) {
  Params settings(gate_settings());
  Sources(line).apply(settings);
  required(line, "baseline");
  GateJob job;
  job.suite = read_suite(find_suite(required(line, "suite"), context), context.registrar());
  if (const auto protocol = settings.get<std::string>("protocol"); !protocol.empty()) {
    job.suite.protocol = protocol;
  }
  job.profile = read_profile(settings);
  job.seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("order_seed"));
  job.is_quiet = line.has("quiet");
  job.baseline = read_side(line, "baseline", context);
  job.candidate = read_side(line, "candidate", context);

  ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadWrite);
  const GateReport report =
      run_gate(job, context, [&store](const RunRecord& record) { store.append(record); });
  if (line.has("junit")) write_whole_file(line.text("junit"), regress_junit(job, report));
  context.out() << (line.has("json") ? regress_json(job, report) : regress_text(job, report));
  if (line.has("github")) context.err() << regress_annotations(report);
  return report.exit_code();
}

Option environment_option(const std::string& side) {
  return {.name = side + "-env",
          .value = "NAME=VALUE",
          .help = concat("environment variable of the ", side, "'s processes; repeatable"),
          .is_repeatable = true};
}

}  // namespace

Command regress_command() {
  return {
      .name = "regress",
      .summary = "gate: says whether a build has become slower than another",
      .arguments = "",
      .details =
          "Measures every cell of a suite with both builds, in processes of their own, interleaved "
          "in a seeded random order, and the baseline a second time as a control. A stored figure "
          "is never what the candidate is judged by.\n\n"
          "A cell has an alarm where the exact Mann-Whitney test gives p < 0.002, Benjamini-"
          "Hochberg over the suite lets it stand (q = 0.05), and the change of time is at least "
          "1 % and at least three A/A spreads, as the control shows them. Cells with an alarm are "
          "measured again in fresh processes; only what alarms twice in one direction is a "
          "regression or an improvement. A cell without one is unchanged where a change of 5 % "
          "(`--must-see`) would have been seen with 80 % power, else not resolved "
          "(docs/measuring.md, \"Regression gate\").\n\n"
          "Exit codes: 0 no regression, 1 a regression or a failed process of the candidate, 5 no "
          "regression but a cell that is not resolved.\n\n"
          "A side is the path of a yardstick, or a commit, branch or tag of the git checkout in "
          "the current folder, which is then built once and kept under the user's cache folder. "
          "Every process is a stored run.",
      .groups = {{"Sides",
                  {{.name = "baseline",
                    .value = "REF|BINARY",
                    .help = "what the candidate must not be slower than"},
                   {.name = "candidate",
                    .value = "REF|BINARY",
                    .help = "what is judged",
                    .fallback = "this program"},
                   {.name = "suite",
                    .value = "FILE|NAME",
                    .help = "what is measured: a suite, as `yardstick sweep` takes it"},
                   environment_option("baseline"),
                   environment_option("candidate")}},
                 setting_options("Gate", gate_settings()),
                 {"Results",
                  {database_option(),
                   json_option(),
                   {.name = "junit", .value = "FILE", .help = "write JUnit XML there too"},
                   {.name = "github",
                    .help = "print annotations for GitHub Actions on standard error"}}},
                 general_options()},
      .examples = {{"yardstick regress --baseline main --suite nightly",
                    "this program against the main branch"},
                   {"yardstick regress --baseline ./old/yardstick --candidate ./new/yardstick "
                    "--suite gate.json --profile nightly",
                    "two builds, with a screening first"},
                   {"yardstick regress --baseline v1.2 --candidate HEAD --suite gate.json --github "
                    "--junit gate.xml",
                    "in continuous integration"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
