#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/run_output.h"
#include "cli/run_setup.h"
#include "cli/subject_plan.h"
#include "runners/eval_runner.h"

#include <yardstick/error.h>

namespace yardstick::cli {
namespace {

void require_weights(const SubjectPlan& plan, const CommandLine& line, Context& context) {
  if (plan.has_weights() || line.has("random-weights")) return;
  if (plan.tag.empty()) {
    throw_user(concat(plan.entry->name, " has no weights to evaluate"),
               "give --weights FILE, or --random-weights to try the pipeline");
  }
  const WeightsEntry& entry = context.weights().get(plan.entry->name, plan.tag);
  throw_user(concat("the weights ", plan.entry->name, ".", plan.tag, " are not downloaded for you"),
             concat("fetch ", entry.url, " and give the file with --weights"));
}

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  Params settings(eval_settings());
  sources.apply(settings);
  SubjectPlan plan = plan_subject(sources, settings.schema(), context);
  require_weights(plan, line, context);
  const TaskChoice choice = choose_task(sources, plan.trained_on, context);
  if (!choice.entry->info.has_targets) {
    throw_user(concat("task ", choice.entry->name, " has no targets to score against"),
               "`yardstick list tasks` shows the others");
  }
  const std::unique_ptr<Task> task = choice.entry->build();
  if (plan.is_free("classes") && task->info().classes > 0) {
    adopt_classes(plan, task->info().classes, "task");
  }
  const Sourced device_name = sources.text_or("device", "auto");

  ResolvedSpec spec("eval");
  plan.describe(spec);
  spec.add("task", choice.name).add("data", choice.data_root).add("device", device_name);
  const std::uint64_t seed = init_seed(sources, settings, spec);
  spec.add(settings);
  if (printed_dry_run(line, spec, context)) return kOk;

  RunOutput results(sources.text_or("db", default_database_path()).text, line, context);
  const std::unique_ptr<DeviceBackend> device = open_device(device_name.text);
  BuiltSubject built = build_subject(plan, seed, context, WeightsMemory::kMapped);
  const RunRecord record = [&] {
    ProgressPrinter progress(context.err(), ProgressPrinter::style(line.has("quiet")));
    EvalJob job{.subject = std::move(built.subject),
                .task = *task,
                .data_root = choice.data_root.text,
                .settings = settings,
                .metrics = build_metrics(*task, context.registrar())};
    return evaluate(job, JobContext{.device = *device,
                                    .progress = progress,
                                    .stop = context.stop_condition(),
                                    .requested = spec.requested_json(),
                                    .effective = spec.effective_json(),
                                    .provenance = caller_provenance(context)});
  }();
  built.require_unchanged_weights();
  results.take(record);
  return results.finish();
}

}  // namespace

Command eval_command() {
  return {
      .name = "eval",
      .summary = "scores a model's weights on a task",
      .arguments = "[MODEL[.TAG]]",
      .details =
          "Scores every sample of the split once and stores the run, with each sample's outcome. A "
          "file written by `yardstick train` needs nothing else: it names its model, preprocessing "
          "and task. With MODEL.TAG the preprocessing is that of the published weights; the file "
          "is "
          "still yours to fetch. `--protocol knn` scores the features instead of the head: the "
          "nearest "
          "training samples vote. A broken image ends the run with exit code 3, unless it is to be "
          "skipped; skipped ones are counted beside the accuracy.",
      .max_arguments = 1,
      .groups = {{"What is scored",
                  after_weights_options({{.name = "random-weights",
                                          .help = "score random weights, to try the pipeline"},
                                         task_option(),
                                         data_option(),
                                         set_option(),
                                         method_option(),
                                         config_option()})},
                 {"Where and how",
                  {device_option(), init_seed_option(), database_option(), dry_run_option(),
                   details_option(), json_option()}},
                 setting_options("Evaluation settings", eval_settings()),
                 general_options()},
      .examples =
          {{"yardstick eval --weights runs/digits_vit/model.safetensors",
            "weights that Yardstick trained"},
           {"yardstick eval hiera_base_224.mae_in1k_ft_in1k --weights hiera_base_224.safetensors "
            "--task imagenet1k --data imagenet/",
            "published weights on ImageNet"},
           {"yardstick eval vit_nano_patch4_28 --weights "
            "runs/digits_mae_pretrain/model.safetensors "
            "--reset-head --protocol knn",
            "the features of a pre-trained encoder, without training"},
           {"yardstick eval --weights model.safetensors --data photos/ --on-bad-input skip",
            "leave broken images out, and count them"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
