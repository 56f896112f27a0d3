#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/exit_code.h"
#include "cli/picture_grid.h"
#include "cli/picture_run.h"
#include "cli/picture_source.h"
#include "cli/subject_plan.h"
#include "runners/module_access.h"

#include <yardstick/error.h>
#include <yardstick/masked_pretrainer.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>

namespace yardstick::cli {
namespace {

// Below 0 the model's own.
constexpr double kOwnRatio = -1.0;

ParamSchema reconstruct_settings() {
  ParamSchema schema;
  declare_picture_choice(schema, "seed of the choice of images and of what is removed");
  schema.number("mask_ratio", kOwnRatio, "share that is removed; below 0: the model's own", -1.0,
                1.0);
  return schema;
}

PictureCommand picture_command() {
  return {.name = "reconstruct",
          .paths = "images",
          .purpose = "reconstruct with",
          .file = "reconstruction.png"};
}

std::string draw(Model& model, const at::Tensor& input, const SubjectPlan& plan,
                 const Params& settings) {
  auto* pretrainer = model.capability<MaskedPretrainer>();
  if (pretrainer == nullptr) {
    throw_user(concat(plan.entry->name, " does not learn by filling in what is masked"),
               "`yardstick list models 'mae*'` shows some that do");
  }
  const double chosen = settings.get<double>("mask_ratio");
  const double ratio = chosen < 0 ? pretrainer->default_mask_ratio() : chosen;
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
  const PictureRun pictures(picture_command(), reconstruct_settings(), line, context);
  if (pictures.printed_dry_run()) return kOk;

  const BuiltSubject built = pictures.build();
  const at::Tensor images = pictures.images_for(*built.model);
  pictures.write(draw(*built.model, images, pictures.plan(), pictures.settings()));
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
                 picture_output_options(picture_command()),
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
