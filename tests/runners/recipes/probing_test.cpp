#include "runners/knn.h"
#include "runners/losses.h"
#include "runners/lr_schedule.h"
#include "runners/optim/optimizer.h"
#include "tests/runners/recipes/recipe_data.h"
#include "tests/support/throws_error.h"

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using nlohmann::json;
using test::expect_close;
using test::Recipe;
using testing::HasSubstr;

std::vector<Recipe> knn_recipes() {
  return test::recipes("knn_linear/knn.json", "knn_linear/knn.safetensors");
}

double percent(const at::Tensor& hits) { return hits.to(at::kDouble).mean().item<double>() * 100; }

// Share of samples whose class is among the best five of `votes`; ties go to one side or the other.
std::pair<double, double> top5(const at::Tensor& votes, const at::Tensor& labels, std::int64_t k) {
  const at::Tensor own = votes.gather(1, labels.unsqueeze(1));
  const at::Tensor above = (votes > own).sum(1);
  const at::Tensor level = (votes == own).sum(1) - 1;
  const std::int64_t counted = std::min<std::int64_t>(5, k);
  return {percent(above + level < counted), percent(above < counted)};
}

TEST(KnnTest, EqualsDinosVotesAndAccuracies) {
  for (const Recipe& recipe : knn_recipes()) {
    const json gate{{"rtol", recipe.json().at("votes_rtol")}, {"atol", 0.0}};
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      KnnOptions options{
          .neighbours = {}, .temperature = one.at("temperature"), .classes = one.at("num_classes")};
      for (const json& result : one.at("results")) options.neighbours.push_back(result.at("k"));
      const at::Tensor labels = recipe.tensor(name + ".in.test_labels");

      const KnnClassifier knn(recipe.tensor(name + ".in.train_features"),
                              recipe.tensor(name + ".in.train_labels"), options);
      const std::vector<at::Tensor> votes = knn.votes(recipe.tensor(name + ".in.test_features"));

      for (std::size_t i = 0; i < votes.size(); ++i) {
        const json& result = one.at("results")[i];
        const std::int64_t k = options.neighbours[i];
        SCOPED_TRACE(name + " k " + std::to_string(k));
        const std::string prefix = name + ".k" + std::to_string(k) + ".out.";
        expect_close(votes[i], recipe.tensor(prefix + "votes"), gate, "votes");
        EXPECT_TRUE(at::equal(votes[i].argmax(1), recipe.tensor(prefix + "prediction")));
        EXPECT_NEAR(percent(votes[i].argmax(1) == labels), result.at("top1"), 1e-9);
        const auto [least, most] = top5(votes[i], labels, k);
        EXPECT_NEAR(least, result.at("top5_if_ties_go_against"), 1e-9);
        EXPECT_NEAR(most, result.at("top5_if_ties_go_for"), 1e-9);
      }
    }
  }
}

TEST(KnnTest, VotesDoNotDependOnThePieces) {
  constexpr std::int64_t kTraining = 6'000'000;  // two rows at once
  const at::Tensor features = at::arange(kTraining, at::kFloat).remainder(7).sub_(3).unsqueeze(1);
  const at::Tensor labels = at::arange(kTraining, at::kLong).remainder(2);
  const KnnClassifier knn(features, labels, {.neighbours = {1}, .temperature = 1, .classes = 2});
  const at::Tensor queries = at::tensor({-1.0, 2.0, -3.0, 4.0, -5.0}, at::kFloat).unsqueeze(1);

  const at::Tensor votes = knn.votes(queries).front();

  EXPECT_EQ(votes.size(0), 5);
  EXPECT_TRUE(at::allclose(votes.sum(1), at::full({5}, std::exp(1.0))));
}

TEST(KnnTest, RefusesWhatIsOutOfRange) {
  const at::Tensor features = at::ones({3, 2});
  const at::Tensor labels = at::tensor({0, 1, 2}, at::kLong);
  const auto make = [&](const KnnOptions& options) { KnnClassifier(features, labels, options); };

  EXPECT_THAT([&] { make({.neighbours = {4}, .classes = 3}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("4 neighbours of 3 samples")));
  EXPECT_THAT([&] { make({.neighbours = {1}, .classes = 2}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("outside [0, 2)")));
  EXPECT_THAT([&] { make({.neighbours = {1}, .temperature = 0, .classes = 3}); },
              test::ThrowsError(ErrorKind::kUser, HasSubstr("temperature is 0")));
}

// MAE's linear probe step by step: batch norm without weights, a linear layer, LARS.
TEST(LinearProbeRecipeTest, TrainsAsMaes) {
  for (const Recipe& recipe :
       test::recipes("knn_linear/linear_probe.json", "knn_linear/linear_probe.safetensors")) {
    for (const json& one : recipe.cases()) {
      const auto name = one.at("name").get<std::string>();
      SCOPED_TRACE(name);
      const auto tensor = [&](const std::string& key) { return recipe.tensor(name + "." + key); };
      const json& norm = one.at("bn");
      const at::Tensor features = tensor("in.features");  // [steps, N, width]
      at::Tensor mean = at::zeros({features.size(2)}), variance = at::ones({features.size(2)});
      const auto head = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            bool training) {
        return at::linear(at::batch_norm(x, {}, {}, mean, variance, training, norm.at("momentum"),
                                         norm.at("eps"), /*cudnn_enabled=*/false),
                          weight, bias);
      };
      NamedParameter weight{"1.weight", tensor("in.weight").clone().requires_grad_()};
      NamedParameter bias{"1.bias", tensor("in.bias").clone().requires_grad_()};
      const auto lars = make_optimizer(LarsOptions{one.at("momentum"), one.at("trust_coefficient")},
                                       {{one.at("weight_decay").get<double>(), {weight, bias}}});
      const LrSchedule schedule{.lr = one.at("lr"), .warmup_epochs = 1, .epochs = 3};
      const std::int64_t steps = features.size(0);
      for (std::int64_t t = 0; t < steps; ++t) {
        const at::Tensor logits = head(features[t], weight.value, bias.value, /*training=*/true);
        expect_close(logits.detach(), tensor("out.train_logits")[t], one, "logits");
        const at::Tensor loss = classification_loss(logits, tensor("in.labels")[t], 0);
        const auto index = static_cast<std::size_t>(t);
        EXPECT_NEAR(loss.item<double>(), one.at("losses")[index], 1e-5);
        loss.backward();
        const double lr = schedule.at(1 + static_cast<double>(t) / static_cast<double>(steps));
        EXPECT_NEAR(lr, one.at("lr_per_step")[index], 1e-12);
        lars->step(lr);
        for (NamedParameter* parameter : {&weight, &bias}) {
          parameter->value.mutable_grad() = at::Tensor();
          expect_close(parameter->value.detach(), tensor("out.head." + parameter->name)[t], one,
                       parameter->name);
        }
        expect_close(mean, tensor("out.head.0.running_mean")[t], one, "running mean");
        expect_close(variance, tensor("out.head.0.running_var")[t], one, "running variance");
      }
      expect_close(head(tensor("in.eval_features"), weight.value.detach(), bias.value.detach(),
                        /*training=*/false),
                   tensor("out.eval_logits"), one, "logits in evaluation");
    }
  }
}

}  // namespace
}  // namespace yardstick
