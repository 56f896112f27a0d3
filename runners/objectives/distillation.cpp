#include "runners/objectives/distillation.h"

#include "runners/module_access.h"
#include "runners/objectives/supervised.h"

#include <yardstick/error.h>

#include <ATen/core/grad_mode.h>

#include <utility>

namespace yardstick {
namespace {

class DistillationObjective final : public Objective, public LearnsFromTeacher {
 public:
  DistillationObjective(const Params& params, Teacher teacher)
      : base_(params), teacher_(std::move(teacher.model)), sha256_(std::move(teacher.sha256)) {
    const bool is_hard = params.get<std::string>("kind") == "hard";
    options_.kind = is_hard ? Distillation::kHard : Distillation::kSoft;
    options_.alpha = params.get<double>("alpha");
    options_.temperature = params.get<double>("temperature");
  }

  std::optional<std::string> refusal(Model& model) const override {
    if (model.info().input_shape.size() != teacher_->info().input_shape.size()) {
      return concat("its input has another shape than that of the teacher, ",
                    teacher_->info().name);
    }
    return SupervisedLoss::refusal(model);
  }

  at::Tensor loss(Model& model, const Batch& batch, RandomDraws& draws) override {
    SupervisedLoss::Result student = base_(model, batch, draws);
    const at::Tensor opinion = teacher_logits(student.input);
    if (opinion.sizes() != student.logits.sizes()) {
      throw_data(concat("the teacher ", teacher_->info().name, " has ", opinion.size(-1),
                        " classes, the student ", student.logits.size(-1)));
    }
    return distillation_loss(student.loss, student.logits, opinion, options_);
  }

  const std::string& teacher_sha256() const override { return sha256_; }

 private:
  at::Tensor teacher_logits(const at::Tensor& input) {
    const at::NoGradGuard no_grad;
    if (!is_placed_) {
      move_module(teacher_->module(), input.device(), at::kFloat);
      set_mode(teacher_->module(), ModuleMode::kEval);
      is_placed_ = true;
    }
    Batch batch;
    batch.input = input;
    at::Tensor logits = teacher_->forward(batch).logits;
    if (!logits.defined()) {
      throw_data(concat("the teacher ", teacher_->info().name, " computes no logits"));
    }
    return logits;
  }

  SupervisedLoss base_;
  std::unique_ptr<Model> teacher_;
  std::string sha256_;
  DistillationOptions options_;
  bool is_placed_ = false;
};

}  // namespace

std::string teacher_sha256(const Objective& objective) {
  const auto* learner = dynamic_cast<const LearnsFromTeacher*>(&objective);
  return learner == nullptr ? std::string() : learner->teacher_sha256();
}

void register_distillation(Registrar& registrar, TeacherLoader load_teacher) {
  ObjectiveEntry entry;
  entry.name = "distillation";
  entry.summary = "learns labels and a teacher's predictions, soft or hard";
  entry.paper = {"Training data-efficient image transformers & distillation through attention",
                 "2012.12877", 2020};
  entry.schema.text("teacher_weights", "", "file with the teacher's weights")
      .text("teacher", "", "the teacher, MODEL[.TAG]; empty: the file names it")
      .text("kind", "soft", "the teacher's probabilities, or only its class", {"soft", "hard"})
      .number("alpha", 0.5, "weight of the teacher against the labels", 0, 1)
      .number("temperature", 1, "soft: divides both sides' logits", 0.01, 1000);
  SupervisedLoss::declare(entry.schema);
  entry.build = [load =
                     std::move(load_teacher)](const Params& params) -> std::unique_ptr<Objective> {
    const auto weights = params.get<std::string>("teacher_weights");
    if (weights.empty()) {
      throw_user("distillation has no teacher",
                 "give its weights: --objective distillation:teacher_weights=FILE");
    }
    return std::make_unique<DistillationObjective>(
        params, load(params.get<std::string>("teacher"), weights));
  };
  registrar.add(std::move(entry));
}

}  // namespace yardstick
