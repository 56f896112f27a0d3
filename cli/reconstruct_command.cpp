#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "cli/picture_grid.h"
#include "cli/run_setup.h"
#include "cli/subject_plan.h"
#include "runners/module_access.h"

#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

// Below 0 the model's own.
constexpr double kOwnRatio = -1.0;

ParamSchema reconstruct_settings() {
  ParamSchema schema;
  schema.integer("count", 8, "how many images, drawn from the data at random", 1, 64);
  schema.number("mask_ratio", kOwnRatio, "share that is removed; below 0: the model's own", -1.0,
                1.0);
  schema.integer("seed", 0, "seed of the choice of images and of what is removed", 0);
  return schema;
}

TaskChoice choose_images(const Sources& sources, const SubjectPlan& plan, Context& context) {
  const auto folder = sources.text("images");
  if (!folder) return choose_task(sources, plan.trained_on, context);
  if (sources.text("task")) {
    throw_user("--images and --task both name images", "leave one out");
  }
  return {.entry = &context.registrar().tasks.get("images"),
          .name = {"images", folder->origin, folder->where},
          .data_root = *folder};
}

at::Tensor read_images(const TaskChoice& choice, const SubjectPlan& plan, const Params& settings) {
  const std::unique_ptr<Task> task = choice.entry->build();
  DataRequest request;
  request.root = choice.data_root.text;
  request.preprocessing = plan.preprocessing;
  request.batch_size = settings.get<std::int64_t>("count");
  request.shuffle = true;
  request.shuffle_seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("seed"));
  const std::unique_ptr<BatchSource> source = task->open(request);
  source->begin_epoch(0);
  const auto batch = source->next();
  if (!batch) throw_data(concat(choice.name.text, ": no images"));
  return batch->input;
}

// A model of clips sees each image stand still.
at::Tensor as_input(const at::Tensor& images, const ModelInfo& info) {
  if (info.input_shape.size() != 4) return images;
  return images.unsqueeze(2).expand({-1, -1, info.input_shape[1], -1, -1}).contiguous();
}

std::string draw(Model& model, const at::Tensor& images, const SubjectPlan& plan,
                 const Params& settings) {
  auto* pretrainer = model.capability<MaskedPretrainer>();
  if (pretrainer == nullptr) {
    throw_user(concat(plan.entry->name, " does not learn by filling in what is masked"),
               "`yardstick list models 'mae*'` shows some that do");
  }
  const double chosen = settings.get<double>("mask_ratio");
  const double ratio = chosen < 0 ? pretrainer->default_mask_ratio() : chosen;
  const at::Tensor input = as_input(images, model.info());
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(
      static_cast<std::uint64_t>(settings.get<std::int64_t>("seed")));
  const at::Tensor noise =
      at::rand({input.size(0), pretrainer->mask_units()}, generator, at::kFloat);

  const at::NoGradGuard no_grad;
  set_mode(model.module(), ModuleMode::kEval);
  const Reconstruction pictures = pretrainer->reconstruct(input, noise, ratio);
  return draw_grid({input, pictures.masked, pictures.reconstructed}, plan.preprocessing);
}

int run(const CommandLine& line, Context& context) {
  const Sources sources(line);
  Params settings(reconstruct_settings());
  sources.apply(settings);
  const SubjectPlan plan = plan_subject(sources, settings.schema(), context);
  if (!plan.has_weights() && !line.has("random-weights")) {
    throw_user(concat(plan.entry->name, " has no weights to reconstruct with"),
               "give --weights FILE, or --random-weights to try the pipeline");
  }
  const TaskChoice choice = choose_images(sources, plan, context);
  const Sourced out = sources.text_or("out", "reconstruction.png");

  ResolvedSpec spec("reconstruct");
  plan.describe(spec);
  spec.add("task", choice.name).add("data", choice.data_root).add("out", out);
  const std::uint64_t seed = init_seed(sources, settings, spec);
  spec.add(settings);
  if (printed_dry_run(line, spec, context)) return kOk;

  const BuiltSubject built = build_subject(plan, seed, context);
  const at::Tensor images = read_images(choice, plan, settings);
  write_whole_file(out.text, draw(*built.model, images, plan, settings));
  if (line.has("json")) {
    context.out() << nlohmann::ordered_json{{"picture", out.text}}.dump(2) << "\n";
  } else {
    context.out() << out.text << "\n";
  }
  return kOk;
}

}  // namespace

Command reconstruct_command() {
  return {
      .name = "reconstruct",
      .summary = "draws what a masked auto-encoder makes of images",
      .arguments = "[MODEL[.TAG]]",
      .details =
          "Writes a PNG of three rows: images as the model takes them, what is left of them after "
          "masking, and the model's reconstruction, in which kept pixels are the image's own. "
          "Removed pixels stand in the mean colour. A model that predicts normalised patches gets "
          "each patch's own mean and contrast back, so that its picture is kinder than what it "
          "knows. A model of clips sees each image stand still, and its two middle frames are "
          "drawn.",
      .max_arguments = 1,
      .groups = {{"What is drawn",
                  after_weights_options({{.name = "random-weights",
                                          .help = "draw random weights, to try the pipeline"},
                                         task_option(),
                                         data_option(),
                                         {.name = "images",
                                          .value = "PATH",
                                          .help = "image or folder of images, in place of a task"},
                                         set_option(),
                                         method_option(),
                                         config_option()})},
                 {"Where and how",
                  {{.name = "out",
                    .value = "FILE",
                    .help = "PNG to write",
                    .fallback = "reconstruction.png",
                    .letter = 'o'},
                   init_seed_option(),
                   dry_run_option(),
                   json_option()}},
                 setting_options("Picture settings", reconstruct_settings()),
                 general_options()},
      .examples = {{"yardstick reconstruct --weights runs/digits_mae_pretrain/model.safetensors",
                    "what Yardstick pre-trained, on the images it was trained on"},
                   {"yardstick reconstruct mae_vit_large_patch16.mae_in1k_pixels --set "
                    "norm_pix_loss=false --weights mae_visualize_vit_large.pth --images photos/",
                    "published weights on your own photographs"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
