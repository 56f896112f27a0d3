#include "cli/bench_side.h"
#include "cli/child_run.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/reproduce_judge.h"
#include "cli/reproduce_ledger.h"
#include "cli/reproduce_output.h"
#include "cli/reproduce_plan.h"
#include "cli/reproduce_run.h"
#include "cli/run_output.h"
#include "cli/sources.h"
#include "results/reproductions.h"
#include "results/result_store.h"
#include "runners/comparison/comparison_plan.h"
#include "runners/device_choice.h"
#include "runners/job.h"
#include "runners/provenance.h"

#include <yardstick/error.h>

#include <algorithm>
#include <filesystem>

namespace yardstick::cli {
namespace {

// Of `--all --quick`, so that it ends within ten minutes whatever the machine: what is being
// measured when the time is over is finished.
constexpr double kQuickMinutes = 8;

const ParamSchema& reproduce_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings
        .text("profile", "verdict", "processes of each side of a ratio, and how long each",
              comparison_profile_names())
        .integer("processes", 0, "processes a side; 0: the profile's", 0, 1000)
        .text("protocol", "", "protocol profile of each process (bench --profile), if another",
              protocol_override_names())
        .integer(
            "batch", 0,
            "batch size of ratios and speeds; 0: the published one on a GPU, 4 images on a CPU", 0)
        .number("budget", 0, "minutes after which nothing more is begun; 0: none, with --quick 8",
                0)
        .integer("order_seed", 0, "of the order of the processes", 0);
    return settings;
  }();
  return schema;
}

// Options of bench that hold for every process: what is measured is the ledger's.
std::vector<OptionGroup> process_options() {
  static const std::vector<std::string> kLedgers = {"images",   "objective", "set",
                                                    "method",   "seed-init", "inference",
                                                    "training", "energy",    "mfu"};
  std::vector<OptionGroup> groups = passed_on_options();
  for (OptionGroup& group : groups) {
    std::erase_if(group.options, [](const Option& option) {
      return std::find(kLedgers.begin(), kLedgers.end(), option.name) != kLedgers.end();
    });
  }
  groups.front().title = "Of every process";
  return groups;
}

std::vector<std::string> common_words(const CommandLine& line) {
  std::vector<std::string> words;
  for (const OptionGroup& group : process_options()) {
    for (const Option& option : group.options) {
      if (line.has(option.name)) {
        words.push_back(concat("--", option.name, "=", line.text(option.name)));
      }
    }
  }
  return words;
}

// A folder that is given must be there: else every row would quietly be NOT RUN.
std::string folder_of(const CommandLine& line, const std::string& option) {
  const std::string folder = line.text(option);
  if (line.has(option) && !std::filesystem::exists(folder)) {
    throw_data(concat("--", option, ": no ", folder, " is there"));
  }
  return folder;
}

ReproduceOptions read_options(const CommandLine& line) {
  const Sources sources(line);
  Params settings(reproduce_settings());
  sources.apply(settings);
  const bool is_quick = line.has("quick");
  ComparisonProfile profile = comparison_profile(settings.get<std::string>("profile"));
  if (is_quick && !line.has("profile")) {
    profile = comparison_profile("smoke");
    profile.protocol = "test";
  }
  ReproduceOptions options;
  options.is_quick = is_quick;
  options.weights_folder = folder_of(line, "weights");
  options.data_folder = folder_of(line, "data");
  options.device = line.text("device");
  options.is_gpu = options.device.starts_with("cuda") ||
                   ((options.device.empty() || options.device == "auto") && auto_device_is_gpu());
  const auto processes = settings.get<std::int64_t>("processes");
  options.processes = processes > 0 ? processes : profile.processes;
  const auto protocol = settings.get<std::string>("protocol");
  options.protocol = protocol.empty() ? profile.protocol : protocol;
  options.alpha = profile.alpha;
  options.batch = settings.get<std::int64_t>("batch");
  options.common = common_words(line);
  options.has_precision = line.has("precision");
  options.has_attention = line.has("sdpa-backend");
  const double minutes = settings.get<double>("budget");
  options.budget_s = 60 * (minutes > 0 ? minutes : is_quick ? kQuickMinutes : 0);
  options.seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("order_seed"));
  options.is_quiet = line.has("quiet");
  Params isolation(isolation_settings());
  sources.apply(isolation);
  options.limits = child_limits(isolation);
  return options;
}

std::vector<Ledger> read_ledgers(const CommandLine& line, const Context& context) {
  const std::vector<std::string>& papers = line.arguments();
  if (papers.empty() == !line.has("all")) {
    throw_user(papers.empty() ? "no paper is named" : "--all and a paper are named",
               papers.empty() ? "`yardstick reproduce --all --quick` tries every one"
                              : "leave one of them out");
  }
  std::vector<std::string> paths;
  for (const std::string& paper : papers) paths.push_back(find_ledger(paper, context));
  if (line.has("all")) paths = all_ledgers(context);
  if (paths.empty()) {
    throw_data(concat(context.share_dir(), "/configs/papers has no ledger"),
               "install Yardstick's share folder again, or point $YARDSTICK_SHARE to it");
  }
  std::vector<Ledger> ledgers;
  for (const std::string& path : paths) ledgers.push_back(read_ledger(path));
  return ledgers;
}

enum class Format { kText, kMarkdown, kJson };

Format read_format(const CommandLine& line) {
  const std::string text = line.text("format", line.has("json") ? "json" : "table");
  if (text == "table") return Format::kText;
  if (text == "md") return Format::kMarkdown;
  if (text == "json") return Format::kJson;
  throw_user(concat("--format takes table, md or json, not ", text));
}

std::string machine_of(const ReproduceRuns& runs) {
  for (const WorkResult& result : runs.results) {
    if (!result.record) continue;
    const Provenance& provenance = result.record->provenance;
    for (const char* key : {"gpu_name", "cpu_model"}) {
      if (const auto found = provenance.find(key); found != provenance.end()) return found->second;
    }
  }
  return {};
}

// The verdicts of one paper, as a record of batch size 0 and without measurements: what they rest
// on are records of their own.
RunRecord verdict_record(const ReproduceReport& report, const Ledger& ledger, Context& context) {
  RunRecord record = blank_record(RunKind::kBench);
  record.model = ledger.paper;  // a record is of something
  record.on_leaderboard = false;
  record.device = report.options.is_gpu ? "cuda" : "cpu";
  record.duration_s = report.duration_s;
  if (report.was_stopped) {
    record.status = RunStatus::kInterrupted;
    record.reason = "stopped before every row was measured";
  }
  record.provenance = caller_provenance(context);
  describe_host(record.provenance);
  record.provenance[kPaperKey] = ledger.paper;
  record.provenance[kReproductionKey] = paper_json(report, ledger);
  return record;
}

int run(const CommandLine& line, Context& context) {
  const Format format = read_format(line);
  const ReproduceOptions options = read_options(line);
  const std::vector<Ledger> ledgers = read_ledgers(line, context);
  const ReproducePlan plan =
      plan_reproduction(ledgers, line.text("table"), line.text("rows", "*"), options, context);

  ResultStore store(line.text("db", default_database_path()), ResultStore::Mode::kReadWrite);
  const ReproduceRuns runs = run_reproduction(
      plan, options, context, [&store](const RunRecord& record) { store.append(record); });
  const std::vector<RowResult> rows = judge_rows(plan, runs, options);
  const ReproduceReport report{
      .ledgers = ledgers,
      .options = options,
      .rows = rows,
      .machine = machine_of(runs),
      .duration_s = runs.duration_s,
      .has_failures = std::any_of(runs.results.begin(), runs.results.end(),
                                  [](const WorkResult& result) { return result.has_failed; }),
      .was_stopped = runs.was_stopped};
  for (const Ledger& ledger : ledgers) {
    const bool has_rows = std::any_of(rows.begin(), rows.end(), [&](const RowResult& row) {
      return row.plan->ledger == &ledger;
    });
    if (has_rows) store.append(verdict_record(report, ledger, context));
  }
  switch (format) {
    case Format::kText:
      context.out() << reproduce_text(report);
      break;
    case Format::kMarkdown:
      context.out() << reproduce_markdown(report);
      break;
    case Format::kJson:
      context.out() << reproduce_json(report);
      break;
  }
  return report.exit_code();
}

}  // namespace

Command reproduce_command() {
  Command command{
      .name = "reproduce",
      .summary = "measures again what a paper claims, and says what holds",
      .arguments = "[PAPER]",
      .details =
          "PAPER is a ledger of published figures: one that ships with Yardstick (tome, hiera, "
          "mae, ...) or a file of your own (configs/papers/README.md). Parameters and "
          "multiply-accumulates are always counted; ratios of speed and memory are measured with "
          "random weights in interleaved processes on this device; accuracies where you give the "
          "weights and the data. docs/reproduce.md has the rules.\n\n"
          "Every figure gets a verdict: EXACT, WITHIN, STATISTICAL, OFF (with the protocol fields "
          "that were other), or NOT RUN with the reason. Absolute speeds and figures from memory "
          "are shown beside ours and not judged.\n\n"
          "Every measurement is a stored run, and `yardstick report` has a page a paper. The exit "
          "code is 1 where a figure is OFF, a measurement failed or the command was interrupted; "
          "5 where a ratio agrees with its claim and with none alike, or no figure could be "
          "judged.\n\n"
          "`--quick` takes 3 short processes a side at batch 1, leaves out speeds that are part of "
          "no ratio, and begins nothing that would not end within its budget.",
      .min_arguments = 0,
      .max_arguments = 1,
      .groups =
          {{"What is reproduced",
            {{.name = "all", .help = "every ledger that ships with Yardstick"},
             {.name = "table", .value = "ID", .help = "one table of the paper"},
             {.name = "rows", .value = "GLOB", .help = "rows whose id matches", .fallback = "*"},
             {.name = "weights",
              .value = "DIR",
              .help = "folder with published weights, as MODEL.TAG.safetensors or under "
                      "their published names"},
             {.name = "data",
              .value = "DIR",
              .help = "folder of the data, or one with a folder a task"},
             {.name = "quick", .help = "a quick look, within ten minutes"}}},
           setting_options("How", reproduce_settings()),
           {"Results",
            {database_option(),
             {.name = "format",
              .value = "table|md|json",
              .help = "how the verdicts are printed",
              .fallback = "table"},
             json_option()}}},
      .examples = {{"yardstick reproduce tome --rows 'vit_*'",
                    "speed-ups and counts of the plain ViTs"},
                   {"yardstick reproduce mae --table ft_eval --weights weights/ --data imagenet/",
                    "accuracies of the published weights"},
                   {"yardstick reproduce --all --quick --format md",
                    "what needs neither weights nor data, within ten minutes"}},
      .run = run,
  };
  for (OptionGroup& group : process_options()) command.groups.push_back(std::move(group));
  command.groups.push_back(general_options());
  return command;
}

}  // namespace yardstick::cli
