#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/run_output.h"
#include "cli/run_setup.h"
#include "cli/subject_plan.h"
#include "runners/train_runner.h"

#include <yardstick/error.h>

#include <filesystem>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

// --resume is safe to give always: a loop around a machine that fails needs one line.
bool resumes(const CommandLine& line, const std::string& output, Context& context) {
  if (!line.has("resume")) return false;
  if (fs::exists(fs::path(output) / "checkpoint.safetensors")) return true;
  context.err() << "yardstick: nothing to resume in " << output << ", training starts anew\n";
  return false;
}

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  Params settings(train_settings());
  sources.apply(settings);
  SubjectPlan plan = plan_subject(sources, settings.schema(), context);
  const ObjectiveChoice objective = choose_objective(sources, context);
  const TaskChoice choice = choose_task(sources, "", context);
  if (objective.entry->needs_targets && !choice.entry->info.has_targets) {
    throw_user(concat("task ", choice.entry->name, " has no targets to learn"),
               "`yardstick list tasks` shows the others");
  }
  const std::unique_ptr<Task> task = choice.entry->build();
  // A head that is reset, or new, takes the task's classes; one that is kept keeps its own.
  if (plan.params.has("classes") && plan.params.origin("classes") == ParamOrigin::kDefault &&
      (!plan.has_weights() || plan.resets_head)) {
    adopt_classes(plan, count_classes(choice, *task, settings), "task");
  }
  const Sourced device_name = sources.text_or("device", "auto");
  const Sourced output = sources.text_or(
      "output", (fs::path("runs") / (choice.entry->name + "_" + plan.entry->name)).string());

  ResolvedSpec spec("train");
  plan.describe(spec);
  objective.describe(spec);
  spec.add("task", choice.name).add("data", choice.data_root).add("device", device_name);
  spec.add("output", output);
  const std::uint64_t seed = init_seed(sources, settings, spec);
  spec.add(settings);
  if (printed_dry_run(line, spec, context)) return kOk;

  RunOutput results(sources.text_or("db", default_database_path()).text, line, context);
  const std::unique_ptr<DeviceBackend> device = open_device(device_name.text);
  BuiltSubject built = build_subject(plan, seed, context);
  const RunRecord record = [&] {
    ProgressPrinter progress(context.err(), ProgressPrinter::style(line.has("quiet")));
    TrainJob job{.subject = std::move(built.subject),
                 .task = *task,
                 .data_root = choice.data_root.text,
                 .objective = *objective.entry,
                 .objective_params = objective.params,
                 .settings = settings,
                 .metrics = build_metrics(*task, context.registrar()),
                 .output_dir = output.text,
                 .resume = resumes(line, output.text, context)};
    return train(job, JobContext{.device = *device,
                                 .progress = progress,
                                 .stop = context.stop_condition(),
                                 .requested = spec.requested_json(),
                                 .effective = spec.effective_json(),
                                 .provenance = caller_provenance(context)});
  }();
  results.take(record);
  return results.finish();
}

}  // namespace

Command train_command() {
  return {
      .name = "train",
      .summary = "trains a model on a task",
      .arguments = "[MODEL[.TAG]]",
      .details =
          "Minimises the objective, evaluates on the validation split, and stores the run. MODEL "
          "may "
          "come from the `--config` file. The head gets as many classes as the task has. The "
          "output "
          "folder holds `model.safetensors` (weights with all that `eval` and `bench` need) and "
          "`checkpoint.safetensors`, from which `--resume` goes on; on a CPU the result is then "
          "bit "
          "for bit that of an uninterrupted run. Ctrl-C writes a last checkpoint; after a crash or "
          "kill at most the time since the last one is lost.\n\n"
          "Pre-training is an objective: `--objective masked_autoencoding` with a `mae_*` model, "
          "and "
          "`val/loss` instead of an accuracy. To fine-tune from it, name the classifier and give "
          "the "
          "pre-trained file: `--weights FILE --reset-head`.",
      .max_arguments = 1,
      .groups = {{"What is trained",
                  after_weights_options({task_option(), data_option(), objective_option(),
                                         set_option(), method_option(), config_option()})},
                 {"Where and how",
                  {{.name = "output",
                    .value = "DIR",
                    .help = "folder for weights and checkpoint",
                    .fallback = "runs/TASK_MODEL",
                    .letter = 'o'},
                   {.name = "resume", .help = "go on from the output folder's checkpoint, if any"},
                   device_option(),
                   init_seed_option(),
                   database_option(),
                   dry_run_option(),
                   details_option(),
                   json_option()}},
                 setting_options("Training settings", train_settings()),
                 general_options()},
      .examples = {{"yardstick train --config configs/recipes/digits_vit.json",
                    "a recipe, which names model and task"},
                   {"yardstick train vit_tiny_patch16_224 --task imagefolder --data flowers/ "
                    "--epochs 30 --lr 5e-4",
                    "a folder of images, one sub-folder a class"},
                   {"yardstick train --config configs/recipes/digits_mae_pretrain.json",
                    "pre-training without labels"},
                   {"yardstick train --config configs/recipes/digits_mae_finetune.json --weights "
                    "runs/digits_mae_pretrain/model.safetensors --reset-head",
                    "fine-tuning from it"},
                   {"yardstick train --config configs/recipes/digits_vit.json --resume",
                    "go on after an interruption"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
