#include "cli/choices.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "cli/profile_text.h"
#include "cli/progress.h"
#include "cli/run_setup.h"
#include "cli/subject_plan.h"
#include "runners/profile/chrome_trace.h"
#include "runners/profile/profile_runner.h"
#include "tasks/io/loader_times.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

const ParamSchema& print_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.integer("depth", 3, "levels of modules that are printed; 0: all", 0);
    return settings;
  }();
  return schema;
}

// The images to time the stages on; nothing where only modules are profiled.
std::optional<TaskChoice> choose_images(const Sources& sources, Context& context) {
  const auto folder = sources.text("images");
  if (!folder) {
    if (!sources.text("task")) return std::nullopt;
    return choose_task(sources, /*fallback=*/"", context);
  }
  if (sources.text("task")) throw_user("--images and --task both name images", "leave one out");
  return TaskChoice{.entry = &context.registrar().tasks.get("images"),
                    .name = {"images", folder->origin, folder->where},
                    .data_root = *folder};
}

std::unique_ptr<BatchSource> open_images(const TaskChoice& choice, const Task& task,
                                         const SubjectPlan& plan, const Params& settings) {
  DataRequest request;
  request.root = choice.data_root.text;
  request.preprocessing = plan.preprocessing;
  request.batch_size = settings.get<std::int64_t>("batch");
  request.limit = settings.get<std::int64_t>("limit");
  request.class_index = settings.get<std::string>("class_index");
  std::unique_ptr<BatchSource> source = task.open(request);
  auto* timed = dynamic_cast<TimedLoader*>(source.get());
  if (timed == nullptr) {
    throw_user(concat("task ", choice.name.text, " does not time its loading"),
               "profile the modules alone, or give the images with --images");
  }
  timed->keep_times();
  return source;
}

// The loader's stages before those behind it.
std::vector<Stage> all_stages(const LoaderTimes& times, const std::vector<Stage>& consumer) {
  const auto of_loader = [&](const char* name, double LoaderTimes::Image::* seconds) {
    Stage stage{.name = name, .actor = StageActor::kLoader, .seconds_per_image = {}};
    for (const auto& image : times.images) stage.seconds_per_image.push_back(image.*seconds);
    return stage;
  };
  std::vector<Stage> stages = {of_loader("read", &LoaderTimes::Image::read_s),
                               of_loader("decode", &LoaderTimes::Image::decode_s),
                               of_loader("preprocess", &LoaderTimes::Image::preprocess_s),
                               {.name = "collate", .seconds_per_image = times.collate_s}};
  stages.insert(stages.end(), consumer.begin(), consumer.end());
  return stages;
}

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  Params settings(profile_settings());
  Params printing(print_settings());
  sources.apply(settings);
  sources.apply(printing);
  SubjectPlan plan = plan_subject(sources, settings.schema(), context);
  const Sourced device_name = sources.text_or("device", "auto");
  const Sourced objective_name = sources.text_or("objective", "supervised");
  const Choice<ObjectiveEntry> objective = choose(context.registrar().objectives, objective_name);
  const std::optional<TaskChoice> choice = choose_images(sources, context);
  std::unique_ptr<Task> task;
  if (choice) {
    task = choice->entry->build();
    if (plan.is_free("classes") && task->info().classes > 0) {
      adopt_classes(plan, task->info().classes, "task");
    }
  }

  ResolvedSpec spec("profile");
  plan.describe(spec);
  spec.add("device", device_name);
  if (choice) spec.add("task", choice->name).add("data", choice->data_root);
  const std::uint64_t seed = init_seed(sources, settings, spec);
  spec.add(settings);
  if (printed_dry_run(line, spec, context)) return kOk;

  const std::unique_ptr<DeviceBackend> device = open_device(device_name.text);
  std::unique_ptr<BatchSource> source;
  if (choice) source = open_images(*choice, *task, plan, settings);
  BuiltSubject built = build_subject(plan, seed, context);
  ProfileJob job{.subject = std::move(built.subject),
                 .settings = settings,
                 .objective = *objective.entry,
                 .objective_params = objective.params,
                 .source = source.get()};
  if (choice) job.metrics = build_metrics(*task, context.registrar());
  const Profile profile = [&] {
    ProgressPrinter progress(context.err(), ProgressPrinter::style(line.has("quiet")));
    return yardstick::profile(job, JobContext{.device = *device,
                                              .progress = progress,
                                              .stop = context.stop_condition(),
                                              .provenance = {}});
  }();

  const ProfileSubject subject{.model = plan.entry->name,
                               .device = device->device().str(),
                               .precision = settings.get<std::string>("precision"),
                               .batch = settings.get<std::int64_t>("batch"),
                               .is_training = settings.get<bool>("training")};
  if (const auto trace = sources.text("trace")) {
    write_whole_file(trace->text,
                     chrome_trace(subject.model, profile.modules.operators, profile.modules.spans));
  }
  Json json = modules_json(subject, profile.modules);
  std::string text = modules_text(subject, profile.modules, printing.get<std::int64_t>("depth"));
  if (source != nullptr) {
    const LoaderTimes times = dynamic_cast<TimedLoader&>(*source).times();
    const std::vector<Stage> stages = all_stages(times, profile.consumer);
    const PipelineLimit limit = pipeline_limit(stages, settings.get<std::int64_t>("workers"));
    const auto images = static_cast<std::int64_t>(times.images.size());
    json["stages"] = stages_json(stages, limit, images);
    text += "\n" + stages_text(stages, limit, images);
  }
  context.out() << (line.has("json") ? json.dump(2) + "\n" : text);
  return kOk;
}

}  // namespace

Command profile_command() {
  return {
      .name = "profile",
      .summary = "shows where a model's time goes, by module and by stage",
      .arguments = "[MODEL[.TAG]]",
      .details =
          "Times each operator of a step and sums up by the module it belongs to: time, share, "
          "multiply-accumulates and allocated memory, as a tree in which numbered modules that are "
          "alike share a line. Any model will do, plug-ins too: nothing of it is changed. What "
          "profiling itself costs is printed beside it.\n\n"
          "With `--images`, or `--task` with `--data`, it also times each stage from the file to "
          "the score on one thread each, and says whether loading or the model limits. Nothing is "
          "stored; `yardstick bench` measures speeds to compare.",
      .max_arguments = 1,
      .groups = {{"What is profiled",
                  after_weights_options({{.name = "images",
                                          .value = "PATH",
                                          .help = "image or folder of images, to time the stages"},
                                         task_option(),
                                         data_option(),
                                         objective_option(),
                                         set_option(),
                                         method_option(),
                                         config_option()})},
                 {"Where and how",
                  {device_option(),
                   init_seed_option(),
                   {.name = "trace",
                    .value = "FILE",
                    .help = "write one step as a Chrome trace (ui.perfetto.dev opens it)"},
                   dry_run_option(),
                   json_option()}},
                 setting_options("Profile settings", profile_settings()),
                 setting_options("Output", print_settings()),
                 general_options()},
      .examples = {{"yardstick profile hiera_tiny_224 --depth 4",
                    "inference by module, one level more than usual"},
                   {"yardstick profile vit_base_patch16_224 --batch 8 --training --trace step.json",
                    "a training step, for a browser"},
                   {"yardstick profile hiera_base_224 --images photos/ --workers 4",
                    "whether four loader threads keep up"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
