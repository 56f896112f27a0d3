#include "cli/batch_list.h"
#include "cli/choices.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/run_output.h"
#include "cli/run_setup.h"
#include "cli/subject_plan.h"
#include "runners/bench_runner.h"

#include <yardstick/error.h>

#include <ATen/ops/cat.h>

#include <algorithm>

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

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  Params settings(bench_settings());
  sources.apply(settings);
  const SubjectPlan plan = plan_subject(sources, settings.schema(), context);
  const Sourced batch_text = sources.text_or("batch", "1");
  const auto batches = parse_batches(batch_text.text, batch_text.where);
  const Sourced images_path = sources.text_or("images", "");
  const Sourced device_name = sources.text_or("device", "auto");
  const Sourced objective_name = sources.text_or("objective", "supervised");
  const Choice<ObjectiveEntry> objective = choose(context.registrar().objectives, objective_name);

  ResolvedSpec spec("bench");
  plan.describe(spec);
  spec.add("objective", ParamValue(objective.entry->name),
           std::string(to_string(objective_name.origin)));
  spec.add(objective.params, "objective.");
  spec.add("batch", batch_text).add("images", images_path).add("device", device_name);
  const std::uint64_t seed = init_seed(sources, settings, spec);
  spec.add(settings);
  if (printed_dry_run(line, spec, context)) return kOk;

  RunOutput results(sources.text_or("db", default_database_path()).text, line, context);
  const std::unique_ptr<DeviceBackend> device = open_device(device_name.text);
  at::Tensor images;
  if (!images_path.text.empty()) {
    const auto largest = *std::max_element(batches.begin(), batches.end());
    images = load_images(images_path.text, kBuffers * largest, plan.preprocessing, context);
  }
  const Provenance provenance = caller_provenance(context);
  for (const std::int64_t batch : batches) {
    if (context.is_stopping()) break;
    // Each batch gets a model of its own: training steps of the one before have changed the
    // weights.
    BuiltSubject built = build_subject(plan, seed, context);
    const RunRecord record = [&] {
      ProgressPrinter progress(context.err(), ProgressPrinter::style(line.has("quiet")));
      BenchJob job{.subject = std::move(built.subject),
                   .settings = settings,
                   .objective = *objective.entry,
                   .objective_params = objective.params,
                   .batch_size = batch,
                   .images = images};
      return bench(job, JobContext{.device = *device,
                                   .progress = progress,
                                   .stop = context.stop_condition(),
                                   .requested = spec.requested_json(),
                                   .effective = spec.effective_json(),
                                   .provenance = provenance});
    }();
    results.take(record);
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
          "memory "
          "is a stored result; the exit code is then 1. With `--images` the input is real images, "
          "and one that cannot be decoded ends the command with exit code 3.",
      .max_arguments = 1,
      .groups = {{"What is measured",
                  after_weights_options({{.name = "batch",
                                          .value = "LIST",
                                          .help = "batch sizes, as 1,8,32 or 1-64*2",
                                          .fallback = "1"},
                                         {.name = "images",
                                          .value = "PATH",
                                          .help = "image or folder of images to run on",
                                          .fallback = "noise with the statistics of images"},
                                         objective_option(),
                                         set_option(),
                                         method_option(),
                                         config_option()})},
                 {"Where and how",
                  {device_option(), init_seed_option(), database_option(), dry_run_option(),
                   details_option(), json_option()}},
                 setting_options("Measurement settings", bench_settings()),
                 general_options()},
      .examples = {{"yardstick bench hiera_base_224 --batch 1,8,32",
                    "random weights, three batches"},
                   {"yardstick bench hiera_base_224 --images photos/", "on your own photographs"},
                   {"yardstick bench --weights runs/digits_vit/model.safetensors --batch 1-64*2 "
                    "--training",
                    "trained weights, doubling batches, training steps too"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
