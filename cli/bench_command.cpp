#include "cli/batch_list.h"
#include "cli/child_run.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/run_output.h"
#include "cli/run_setup.h"
#include "cli/subject_plan.h"
#include "results/record_codec.h"
#include "results/result_store.h"
#include "runners/bench_runner.h"
#include "runners/job.h"
#include "runners/process_summary.h"

#include <yardstick/error.h>

#include <ATen/ops/cat.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace yardstick::cli {
namespace {

// The runner fills three buffers of one batch each; more images than that are never seen.
constexpr std::int64_t kBuffers = 3;

at::Tensor load_images(const std::string& path, std::int64_t most,
                       const Preprocessing& preprocessing, Context& context) {
  const std::unique_ptr<Task> task = context.registrar().tasks.get("images").build();
  DataRequest request;
  request.root = path;
  request.preprocessing = preprocessing;
  request.limit = most;
  const std::unique_ptr<BatchSource> source = task->open(request);
  source->begin_epoch(0);
  std::vector<at::Tensor> images;
  while (auto batch = source->next()) images.push_back(batch->input);
  if (images.empty()) throw_data(concat(path, ": no images"));
  return at::cat(images);  // [M, C, H, W]
}

// Set for a child that measures one of the batches that its words name.
constexpr char kOneBatchVariable[] = "YARDSTICK_BENCH_BATCH";

const ParamSchema& repeat_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.integer("processes", 1,
                     "processes that measure each batch size; from 2 on, intervals are those that "
                     "a further process falls into",
                     1, 1000);
    return settings;
  }();
  return schema;
}

std::vector<std::int64_t> batches_of(const Sources& sources, const Context& context) {
  const Sourced given = sources.text_or("batch", "1");
  const char* one = context.parent() != nullptr ? std::getenv(kOneBatchVariable) : nullptr;
  return one != nullptr ? parse_batches(one, kOneBatchVariable)
                        : parse_batches(given.text, given.where);
}

// The command's settings, resolved, before anything is built.
struct BenchPlan {
  BenchPlan(const CommandLine& line, const Sources& sources, Context& context)
      : settings(bench_settings()),
        repeats(repeat_settings()),
        isolation(isolation_settings()),
        subject(plan_subject(sources, bench_settings(), context)),
        objective(choose_objective(sources, context)),
        batches(batches_of(sources, context)),
        images(sources.text_or("images", "")),
        device(sources.text_or("device", "auto")),
        database(sources.text_or("db", default_database_path()).text),
        is_quiet(line.has("quiet")) {
    sources.apply(settings);
    sources.apply(repeats);
    sources.apply(isolation);
    limits = child_limits(isolation);
    processes = repeats.get<std::int64_t>("processes");
    if (processes > 1 && !isolation.get<bool>("isolate")) {
      throw_user("several processes measure each batch size, and isolate=false allows none",
                 "leave out one of the two");
    }
    subject.describe(spec);
    objective.describe(spec);
    spec.add("batch", sources.text_or("batch", "1")).add("images", images).add("device", device);
    seed = init_seed(sources, settings, spec);
    spec.add(settings);
    spec.add(repeats);
    spec.add(isolation);
  }

  Params settings;
  Params repeats;
  Params isolation;
  SubjectPlan subject;
  ObjectiveChoice objective;
  std::vector<std::int64_t> batches;
  Sourced images;
  Sourced device;
  std::string database;
  bool is_quiet;
  ChildLimits limits;
  std::int64_t processes = 1;
  std::uint64_t seed = 0;
  ResolvedSpec spec{"bench"};
};

void bench_here(const BenchPlan& plan, RunOutput& results, Context& context) {
  const std::unique_ptr<DeviceBackend> device = open_device(plan.device.text);
  at::Tensor images;
  if (!plan.images.text.empty()) {
    const auto largest = *std::max_element(plan.batches.begin(), plan.batches.end());
    images = load_images(plan.images.text, kBuffers * largest, plan.subject.preprocessing, context);
  }
  const Provenance provenance = caller_provenance(context);
  for (const std::int64_t batch : plan.batches) {
    if (context.is_stopping()) break;
    // Each batch gets a model of its own: training steps of the one before have changed the
    // weights.
    BuiltSubject built = build_subject(plan.subject, plan.seed, context);
    const RunRecord record = [&] {
      const auto progress = open_progress(plan.is_quiet, context);
      BenchJob job{.subject = std::move(built.subject),
                   .settings = plan.settings,
                   .objective = *plan.objective.entry,
                   .objective_params = plan.objective.params,
                   .batch_size = batch,
                   .images = images};
      JobContext job_context{.device = *device,
                             .progress = *progress,
                             .stop = context.stop_condition(),
                             .requested = plan.spec.requested_json(),
                             .effective = plan.spec.effective_json(),
                             .provenance = provenance};
      if (ParentLink* parent = context.parent(); parent != nullptr) {
        job_context.on_begin = [parent](const RunRecord& begun) {
          parent->send(BegunMessage{encode_record(begun)});
        };
      }
      return bench(job, job_context);
    }();
    results.take(record);
  }
}

// What is known of a run whose child has told nothing of it.
RunRecord unbegun_record(const BenchPlan& plan, Context& context) {
  RunRecord record = blank_record(RunKind::kBench);
  record.model = plan.subject.entry->name;
  record.weights_tag = plan.subject.tag;
  record.device = plan.device.text;
  record.precision = plan.settings.get<std::string>("precision");
  record.requested = plan.spec.requested_json();
  record.effective = plan.spec.effective_json();
  record.provenance = caller_provenance(context);
  return record;
}

// Each process's record is kept at once, off leaderboards, where the record of all of them belongs.
void bench_repeatedly(const ChildRun& child, std::int64_t processes, ProgressPrinter& progress,
                      RunOutput& results, Context& context) {
  const std::string group = make_uuid();
  std::vector<RunRecord> runs;
  for (std::int64_t i = 0; i < processes && !context.is_stopping(); ++i) {
    run_in_child(child, progress, context, [&](RunRecord record) {
      record.provenance["process_group"] = group;
      runs.push_back(record);
      record.on_leaderboard = false;
      results.keep(record);
      runs.back().samples.clear();
    });
  }
  if (!runs.empty()) results.take(summarise_processes(runs));
}

// This process never opens the device: what a run before left there would be measured with it.
void bench_in_children(const BenchPlan& plan, RunOutput& results, Context& context) {
  RunRecord blank = unbegun_record(plan, context);
  for (const std::int64_t batch : plan.batches) {
    if (context.is_stopping()) break;
    blank.batch_size = batch;
    ProgressPrinter progress(context.err(), ProgressPrinter::style(plan.is_quiet));
    const ChildRun child{.words = context.words(),
                         .environment = {{kOneBatchVariable, std::to_string(batch)}},
                         .limits = plan.limits,
                         .blank = blank};
    if (plan.processes > 1) {
      bench_repeatedly(child, plan.processes, progress, results, context);
    } else {
      run_in_child(child, progress, context,
                   [&results](const RunRecord& record) { results.take(record); });
    }
  }
}

OptionGroup process_options() {
  OptionGroup group = setting_options("Processes", repeat_settings());
  for (Option& option : setting_options("Processes", isolation_settings()).options) {
    group.options.push_back(std::move(option));
  }
  return group;
}

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  const BenchPlan plan(line, sources, context);
  if (printed_dry_run(line, plan.spec, context)) return kOk;

  RunOutput results(plan.database, line, context);
  if (plan.isolation.get<bool>("isolate") && context.parent() == nullptr) {
    bench_in_children(plan, results, context);
  } else {
    bench_here(plan, results, context);
  }
  const int code = results.finish();
  return context.is_stopping() ? kSomeFailed : code;
}

}  // namespace

Command bench_command() {
  return {
      .name = "bench",
      .summary = "measures a model's speed, memory and cost",
      .arguments = "[MODEL[.TAG]]",
      .details =
          "Measures latency and throughput of inference, of training steps with `--training`, "
          "parameters, multiply-accumulates and memory, each with its interval, and stores one run "
          "a batch size. Random weights do, and the record says so. A batch that runs out of "
          "memory is a stored result; the exit code is then 1. With `--processes 5` each figure is "
          "the median of five processes with the interval that a sixth falls into; without, an "
          "interval holds for that one process. With `--images` the input is real images, "
          "and one that cannot be decoded ends the command with exit code 3. `yardstick profile` "
          "shows "
          "where the time goes.",
      .max_arguments = 1,
      .groups = {{"What is measured",
                  after_weights_options({{.name = "batch",
                                          .value = "LIST",
                                          .help = "batch sizes, as 1,8,32 or 1-64*2",
                                          .fallback = "1"},
                                         images_option(),
                                         objective_option(),
                                         set_option(),
                                         method_option(),
                                         config_option()})},
                 {"Where and how",
                  {device_option(), init_seed_option(), database_option(), dry_run_option(),
                   details_option(), json_option()}},
                 setting_options("Measurement settings", bench_settings()),
                 process_options(),
                 general_options()},
      .examples = {{"yardstick bench hiera_base_224 --batch 1,8,32",
                    "random weights, three batches"},
                   {"yardstick bench hiera_base_224 --processes 5",
                    "with error bars that another day's run falls into"},
                   {"yardstick bench hiera_base_224 --images photos/", "on your own photographs"},
                   {"yardstick bench --weights runs/digits_vit/model.safetensors --batch 1-64*2 "
                    "--training",
                    "trained weights, doubling batches, training steps too"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
