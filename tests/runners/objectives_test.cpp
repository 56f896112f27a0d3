#include "models/builtin_models.h"
#include "runners/losses.h"
#include "runners/module_access.h"
#include "runners/objective_evaluation.h"
#include "runners/objectives/builtin_objectives.h"
#include "runners/step_draws.h"
#include "tests/runners/memory_task.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"
#include "tests/runners/training_fixture.h"
#include "tests/support/throws_error.h"

#include <yardstick/masked_pretrainer.h>

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/randn.h>

#include <gmock/gmock.h>

#include <deque>
#include <set>

namespace yardstick {
namespace {

using test::make_tiny;
using test::make_tiny_masked;
using test::Quirk;
using test::Settings;
using test::ThrowsError;
using testing::HasSubstr;

// Gives the numbers that a test chose, in their order.
class ChosenDraws final : public RandomDraws {
 public:
  explicit ChosenDraws(std::deque<double> numbers) : numbers_(std::move(numbers)) {}
  at::Tensor uniform(std::string_view, at::IntArrayRef shape, c10::Device) override {
    return at::full(shape, next(), at::kFloat);
  }
  double uniform(std::string_view) override { return next(); }

 private:
  double next() {
    if (numbers_.empty()) return 0.5;
    const double number = numbers_.front();
    numbers_.pop_front();
    return number;
  }
  std::deque<double> numbers_;
};

std::unique_ptr<Objective> build(const std::string& name, const Settings& settings = {},
                                 Quirk teacher = Quirk::kNone) {
  Registrar registrar;
  register_builtin_objectives(registrar, [teacher](const std::string&, const std::string&) {
    return Teacher{make_tiny(teacher, /*seed=*/9), "cafe"};
  });
  const ObjectiveEntry& entry = registrar.objectives.get(name);
  Params params(entry.schema);
  test::set_all(params, settings);
  return entry.build(params);
}

Batch batch_of(std::int64_t size) {
  seed_generators(c10::kCPU, 4);
  Batch batch;
  batch.input = at::randn({size, 3, 8, 8});
  batch.targets = at::arange(size, at::kLong) % 4;
  return batch;
}

at::Tensor logits_of(Model& model, const at::Tensor& input) {
  Batch batch;
  batch.input = input;
  return model.forward(batch).logits;
}

// In evaluation mode, so that two passes of a batch norm agree.
std::unique_ptr<Model> settled(Quirk quirk = Quirk::kNone, std::uint64_t seed = 1) {
  auto model = make_tiny(quirk, seed);
  set_mode(model->module(), ModuleMode::kEval);
  return model;
}

TEST(SupervisedTest, IsSmoothedCrossEntropyByDefault) {
  const auto model = settled();
  const Batch batch = batch_of(6);
  StepDraws draws(0, 0);

  const at::Tensor loss = build("supervised")->loss(*model, batch, draws);

  const at::Tensor expected =
      classification_loss(logits_of(*model, batch.input), batch.targets, 0.1);
  EXPECT_EQ(loss.item<float>(), expected.item<float>());
  EXPECT_TRUE(loss.requires_grad());
}

TEST(SupervisedTest, MixesEachSampleWithItsPartner) {
  const auto model = settled();
  const Batch batch = batch_of(4);
  // Gate, then the share's quantile: Beta(1, 1) is uniform.
  ChosenDraws draws({0.0, 0.25});

  const at::Tensor loss =
      build("supervised", {{"mixup", "1"}, {"label_smoothing", "0"}})->loss(*model, batch, draws);

  const double share = 0.25;
  const at::Tensor mixed = batch.input * share + batch.input.flip(0) * (1 - share);
  const at::Tensor hot = at::one_hot(batch.targets, 4).to(at::kFloat);
  const at::Tensor expected =
      soft_target_loss(logits_of(*model, mixed), hot * share + hot.flip(0) * (1 - share));
  EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-5);
}

TEST(SupervisedTest, BinaryCrossEntropyTakesEachClassAlone) {
  const auto model = settled();
  const Batch batch = batch_of(4);
  StepDraws draws(0, 0);

  const at::Tensor loss =
      build("supervised", {{"loss", "bce"}, {"label_smoothing", "0.2"}, {"bce_sum", "true"}})
          ->loss(*model, batch, draws);

  const at::Tensor expected = binary_loss(logits_of(*model, batch.input), batch.targets,
                                          {.smoothing = 0.2, .sum_classes = true});
  EXPECT_EQ(loss.item<float>(), expected.item<float>());
}

TEST(SupervisedTest, AnOddBatchCannotBeMixed) {
  const auto model = settled();
  StepDraws draws(0, 0);

  EXPECT_THAT([&] { build("supervised", {{"mixup", "0.8"}})->loss(*model, batch_of(3), draws); },
              ThrowsError(ErrorKind::kUser, HasSubstr("even")));
}

TEST(SupervisedTest, RefusesAModelThatOnlyPretrains) {
  const auto model = make_tiny_masked();

  EXPECT_THAT(build("supervised")->refusal(*model).value_or(""), HasSubstr("no classifier"));
}

TEST(MaskedAutoencodingTest, RefusesAModelThatCannotMask) {
  const auto model = make_tiny();

  EXPECT_TRUE(build("masked_autoencoding")->refusal(*model).has_value());
  EXPECT_FALSE(build("masked_autoencoding")->refusal(*make_tiny_masked()).has_value());
}

TEST(MaskedAutoencodingTest, MasksByTheDrawsAtTheGivenRatio) {
  const auto model = make_tiny_masked();
  const Batch batch = batch_of(5);
  const auto loss_at = [&](const char* ratio, std::int64_t step) {
    StepDraws draws(0, step);
    return build("masked_autoencoding", {{"mask_ratio", ratio}})
        ->loss(*model, batch, draws)
        .item<double>();
  };

  EXPECT_EQ(loss_at("0", 0), loss_at("0.5", 0));  // the model's own
  EXPECT_EQ(loss_at("0.5", 0), loss_at("0.5", 0));
  EXPECT_NE(loss_at("0.5", 0), loss_at("0.75", 0));
  EXPECT_NE(loss_at("0.5", 0), loss_at("0.5", 1));
}

TEST(MaskedAutoencodingTest, TrainsEveryFamilyThatMasks) {
  Registrar registrar;
  register_builtin_models(registrar);
  std::vector<std::string> families;
  for (const ModelEntry* entry : registrar.models.list()) {
    if (!entry->info.is_test_variant) continue;
    const auto model = entry->build(Params(entry->schema));
    const auto objective = build("masked_autoencoding");
    if (objective->refusal(*model)) continue;
    std::vector<std::int64_t> shape = entry->info.input_shape;
    shape.insert(shape.begin(), 2);
    Batch batch;
    batch.input = at::randn(shape);
    StepDraws draws(0, 0);
    set_mode(model->module(), ModuleMode::kTrain);

    const at::Tensor loss = objective->loss(*model, batch, draws);
    loss.backward();

    EXPECT_GT(loss.item<float>(), 0) << entry->name;
    for (const NamedParameter& parameter : parameters_of(model->module())) {
      if (!parameter.value.requires_grad()) continue;
      EXPECT_TRUE(parameter.value.grad().defined()) << entry->name << " " << parameter.name;
    }
    families.push_back(entry->info.family);
  }
  EXPECT_THAT(families, testing::IsSupersetOf({"mae", "mae_st", "hiera"}));
}

// Repeated sampling gives a clip several times in a row: each has a mask of its own, at MAE-ST's
// ratio as at any.
TEST(MaskedAutoencodingTest, RepeatsOfAClipAreMaskedApart) {
  constexpr std::int64_t kRepeats = 4;
  Registrar registrar;
  register_builtin_models(registrar);
  const ModelEntry& entry = registrar.models.get("mae_st_test");
  const auto model = entry.build(Params(entry.schema));
  auto* pretrainer = model->capability<MaskedPretrainer>();
  ASSERT_NE(pretrainer, nullptr);
  std::vector<std::int64_t> shape = entry.info.input_shape;
  shape.insert(shape.begin(), 1);
  const at::Tensor clip = at::randn(shape);
  Batch batch;
  batch.input = clip.repeat({kRepeats, 1, 1, 1, 1});
  StepDraws draws(0, 0);
  StepDraws same_draws(0, 0);

  const at::Tensor loss =
      build("masked_autoencoding", {{"mask_ratio", "0.9"}})->loss(*model, batch, draws);

  const at::Tensor noise =
      same_draws.uniform("mask", {kRepeats, pretrainer->mask_units()}, c10::kCPU);
  std::set<double> each;
  double sum = 0;
  for (std::int64_t i = 0; i < kRepeats; ++i) {
    const double one =
        pretrainer->pretrain(clip, noise.narrow(0, i, 1), 0.9, /*tap=*/nullptr).item<double>();
    each.insert(one);
    sum += one;
  }
  EXPECT_EQ(each.size(), kRepeats);
  EXPECT_NEAR(loss.item<double>(), sum / kRepeats, 1e-5);
}

TEST(DistillationTest, MixesTheLabelsLossWithTheTeachers) {
  const auto model = settled();
  const auto teacher = settled(Quirk::kNone, 9);
  const Batch batch = batch_of(6);
  StepDraws draws(0, 0);

  const at::Tensor loss =
      build("distillation",
            {{"teacher_weights", "teacher"}, {"alpha", "0.3"}, {"temperature", "2"}})
          ->loss(*model, batch, draws);

  const at::Tensor logits = logits_of(*model, batch.input);
  const at::Tensor expected = distillation_loss(
      classification_loss(logits, batch.targets, 0.1), logits, logits_of(*teacher, batch.input),
      {.kind = Distillation::kSoft, .alpha = 0.3, .temperature = 2});
  EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-6);
}

TEST(DistillationTest, NeedsATeacherWithTheStudentsClasses) {
  const auto model = settled();
  StepDraws draws(0, 0);

  EXPECT_THAT([] { build("distillation"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("teacher_weights")));
  EXPECT_THAT(
      [&] {
        build("distillation", {{"teacher_weights", "teacher"}}, Quirk::kExtraClass)
            ->loss(*model, batch_of(4), draws);
      },
      ThrowsError(ErrorKind::kData, HasSubstr("the teacher tiny has 5 classes, the student 4")));
}

TEST(ObjectiveEvaluationTest, IsTheMeanOverSamplesWithFixedDraws) {
  test::RunBench bench;
  const test::MemoryTask task{test::MemoryTask::Options{}};
  DataRequest request;
  request.batch_size = 8;
  const auto source = task.open(request);
  const auto model = make_tiny_masked();
  const auto objective = build("masked_autoencoding");
  const auto evaluate = [&] {
    return evaluate_objective(*model, *source, *objective, {.weights = WeightPolicy::kAutocast},
                              *bench.device, bench.listener, {})
        .loss;
  };

  const Measurement first = evaluate();
  const Measurement second = evaluate();

  EXPECT_EQ(first.tag, "val/loss");
  EXPECT_EQ(first.n, 37);
  EXPECT_EQ(first.value, second.value);
  EXPECT_GT(first.value, 0);
  ASSERT_TRUE(first.low && first.high);
  EXPECT_LT(*first.low, first.value);
  EXPECT_GT(*first.high, first.value);
}

}  // namespace
}  // namespace yardstick
