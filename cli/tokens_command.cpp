#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/exit_code.h"
#include "cli/picture_grid.h"
#include "cli/picture_run.h"
#include "cli/picture_source.h"
#include "cli/subject_plan.h"
#include "cli/token_picture.h"
#include "runners/module_access.h"

#include <yardstick/error.h>
#include <yardstick/token_reduction.h>

#include <ATen/core/grad_mode.h>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace yardstick::cli {
namespace {

// Side below which pictures are magnified, so that borders are thin beside patches.
constexpr std::int64_t kWishedPx = 224;
constexpr char kTraces[] = "trace_source";

ParamSchema tokens_settings() {
  ParamSchema schema;
  declare_picture_choice(schema, "seed of the choice of images");
  return schema;
}

// Makes the methods keep what is drawn.
void trace(SubjectPlan& plan) {
  for (auto* methods : {&plan.file_methods, &plan.methods}) {
    for (MethodChoice& method : *methods) {
      if (method.params.has(kTraces)) {
        method.params.set(kTraces, true, ParamOrigin::kFlag, "yardstick tokens");
      }
    }
  }
}

PictureCommand picture_command() {
  return {.name = "tokens",
          .paths = "image",
          .purpose = "tell patches apart with",
          .file = "tokens.png",
          .adapt = trace};
}

const TokenLayout& layout_of(Model& model) {
  const auto* reducible = model.capability<TokenReducible>();
  if (reducible == nullptr) throw_user(*token_reduction_refusal(model));
  if (reducible->token_reducer() == nullptr) {
    throw_user(concat(model.info().name, " keeps all its tokens"),
               "name a method that reduces them, as --method tome:r=16");
  }
  return reducible->token_layout();
}

class SourceTap final : public ActivationTap {
 public:
  void record(std::string_view name, const at::Tensor& value) override {
    if (name == "source") source_ = value;
  }
  const at::Tensor& source() const { return source_; }

 private:
  at::Tensor source_;
};

at::Tensor magnified(const at::Tensor& pictures) {
  const std::int64_t factor = std::max<std::int64_t>(kWishedPx / pictures.size(-1), 1);
  return pictures.repeat_interleave(factor, -1).repeat_interleave(factor, -2);
}

struct Drawing {
  std::string png;
  std::int64_t tokens = 0;       // of the first block
  std::int64_t tokens_left = 0;  // behind the last
};

Drawing draw(Model& model, const at::Tensor& input, const SubjectPlan& plan) {
  const TokenLayout& layout = layout_of(model);
  const at::NoGradGuard no_grad;
  set_mode(model.module(), ModuleMode::kEval);
  Batch batch;
  batch.input = input;
  SourceTap tap;
  model.forward(batch, &tap);
  if (!tap.source().defined()) {
    throw_user(concat(model.info().name, " merged no tokens, or its method does not tell which"),
               "let it merge some, as --method tome:r=16");
  }
  const at::Tensor pictures = magnified(input);
  const at::Tensor drawn =
      draw_tokens(pictures, token_of_patches(tap.source(), layout), plan.preprocessing);
  return {.png = draw_grid({pictures, drawn}, plan.preprocessing),
          .tokens = layout.tokens(),
          .tokens_left = tap.source().size(1)};
}

int run(const CommandLine& line, Context& context) {
  const PictureRun pictures(picture_command(), tokens_settings(), line, context);
  if (pictures.printed_dry_run()) return kOk;

  const BuiltSubject built = pictures.build();
  layout_of(*built.model);  // refuses before images are read
  const at::Tensor input = pictures.images_for(*built.model);
  const Drawing drawing = draw(*built.model, input, pictures.plan());
  pictures.write(drawing.png, {{"tokens", drawing.tokens}, {"tokens_left", drawing.tokens_left}});
  return kOk;
}

}  // namespace

Command tokens_command() {
  return {
      .name = "tokens",
      .summary = "draws which patches of images a model merges",
      .arguments = "[MODEL[.TAG]]",
      .details =
          "Writes a PNG of two rows: images as the model takes them, and the tokens that are left "
          "of them behind the last block, as the figures of Token Merging show them: the patches "
          "of "
          "a token have their mean colour and a border of a colour of its own, patches that were "
          "dropped are black. The model needs a method that reduces tokens. A model of clips sees "
          "each image stand still, and its two middle frames are drawn.",
      .max_arguments = 1,
      .groups = {{"What is drawn",
                  after_weights_options({{.name = "random-weights",
                                          .help = "draw random weights, to try the pipeline"},
                                         {.name = "image",
                                          .value = "PATH",
                                          .help = "image or folder of images, in place of a task"},
                                         task_option(),
                                         data_option(),
                                         set_option(),
                                         method_option(),
                                         config_option()})},
                 picture_output_options(picture_command()),
                 setting_options("Picture settings", tokens_settings()),
                 general_options()},
      .examples =
          {{"yardstick tokens vit_large_patch16_384.augreg_in21k_ft_in1k --weights "
            "model.safetensors --method tome:r=23 --image husky.png",
            "the paper's figure of your own photograph"},
           {"yardstick tokens --weights runs/digits_vit/model.safetensors --method tome:r=8",
            "what Yardstick trained, on the images it was trained on"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
