#include "models/golden/reversible_case.h"

#include "models/golden/case_input.h"
#include "models/golden/classification.h"
#include "models/golden/wanted_activations.h"
#include "models/layers/residual_rates.h"

#include <yardstick/error.h>
#include <yardstick/random_draws.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

// How a network records and draws what a case names by its blocks.
struct BlockNames {
  std::string backbone;         // "" where it has none
  std::string layers;           // before the block's index
  std::int64_t draws_of_block;  // of drop path
};

// Gives each block whose rate is above 0 its rows of in.drop_path, as numbers of which those of
// dropped samples are below any rate.
class GivenMasks final : public RandomDraws {
 public:
  GivenMasks(const GoldenCase& golden, const at::Tensor& masks, std::int64_t draws_of_block)
      : name_(golden.name) {
    const Arguments mvit = golden.config.object("MVIT");
    const std::vector<double> rates =
        layers::drop_path_rates(mvit.number("DROPPATH_RATE", 0.0), mvit.integer("DEPTH"));
    const auto depth = static_cast<std::int64_t>(rates.size());
    const bool are_shared = masks.dim() == 2;
    const bool fits = masks.dim() >= 2 && masks.dim() <= 3 && masks.size(0) == depth &&
                      (are_shared || masks.size(1) == draws_of_block);
    if (!fits) {
      throw_data(concat("case ", name_, ": in.drop_path has shape ", masks.sizes(),
                        ", not a row for each of ", depth, " blocks"));
    }
    for (std::int64_t block = 0; block < depth; ++block) {
      if (rates[static_cast<std::size_t>(block)] == 0) continue;
      for (std::int64_t draw = 0; draw < draws_of_block; ++draw) {
        rows_.push_back(are_shared ? masks[block] : masks[block][draw]);
      }
    }
  }

  at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape, c10::Device device) override {
    if (purpose != "drop_path" || next_ == rows_.size() || rows_[next_].sizes() != shape) {
      throw_data(concat("case ", name_, " gives no numbers of shape ", shape, " for ", purpose));
    }
    return rows_[next_++].to(device);
  }

  double uniform(std::string_view purpose) override {
    throw_data(concat("case ", name_, " gives no number for ", purpose));
  }

 private:
  std::string name_;
  std::vector<at::Tensor> rows_;  // in the order in which they are drawn
  std::size_t next_ = 0;
};

std::string recorded_name(const std::string& wanted, const BlockNames& names) {
  constexpr std::string_view kLayer = "layer";
  if (wanted == "backbone" && !names.backbone.empty()) return names.backbone;
  const bool is_layer = wanted.starts_with(kLayer) && wanted.size() > kLayer.size() &&
                        wanted[kLayer.size()] >= '0' && wanted[kLayer.size()] <= '9';
  return is_layer ? names.layers + wanted.substr(kLayer.size()) : wanted;
}

at::Tensor probabilities(const at::Tensor& logits, const GoldenCase& golden) {
  const std::string activation = golden.config.object("MODEL").text("HEAD_ACT", "softmax");
  if (activation == "softmax") return at::softmax(logits, -1);
  if (activation == "sigmoid") return at::sigmoid(logits);
  if (activation == "none") return logits;
  throw_data(concat("HEAD_ACT ", activation, " is not implemented"),
             "softmax, sigmoid and none are");
}

TensorMap compute(Model& model, const GoldenCase& golden, const BlockNames& names) {
  const auto is_wanted = [&](std::string_view name) {
    return std::ranges::find(golden.wanted, name) != golden.wanted.end();
  };
  const bool wants_gradient = is_wanted("grad_x");
  model.module().train(golden.mode == "train");
  const at::AutoGradMode grad_mode(is_wanted("loss") || wants_gradient);

  std::optional<GivenMasks> masks;
  std::optional<DrawsScope> scope;
  if (const auto given = golden.inputs.find("drop_path"); given != golden.inputs.end()) {
    masks.emplace(golden, given->second, names.draws_of_block);
    scope.emplace(*masks);
  } else {
    require_no_random_drops(golden, golden.config.object("MVIT").number("DROPPATH_RATE", 0.0));
  }

  std::vector<std::string> recorded;
  for (const std::string& name : golden.wanted) recorded.push_back(recorded_name(name, names));
  WantedActivations tap(recorded);
  Batch batch;
  batch.input = case_pixels(golden);
  if (wants_gradient) batch.input = batch.input.detach().clone().set_requires_grad(true);
  const ModelOutput output = model.forward(batch, &tap);

  TensorMap found = std::move(tap).take();
  TensorMap results;
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    const auto place = found.find(recorded[i]);
    if (place != found.end()) results[golden.wanted[i]] = place->second;
  }
  const at::Tensor probs = probabilities(output.logits, golden);
  if (is_wanted("logits")) results["logits"] = output.logits;
  if (is_wanted("features")) results["features"] = output.features;
  if (is_wanted("probs")) results["probs"] = probs;
  if (!is_wanted("loss") && !wants_gradient) return results;
  const at::Tensor loss = classification_loss(output.logits, golden);
  if (is_wanted("loss")) results["loss"] = loss;
  if (wants_gradient) {
    // Whoever asked for the loss goes back through the same graph.
    results["grad_x"] = torch::autograd::grad({loss}, {batch.input}, /*grad_outputs=*/{},
                                              /*retain_graph=*/true)[0];
  }
  return results;
}

}  // namespace

TensorMap compute_reversible_classification(Model& model, const GoldenCase& golden) {
  return compute(
      model, golden,
      {.backbone = "rev_backbone", .layers = "rev_backbone.layers.", .draws_of_block = 1});
}

TensorMap compute_plain_classification(Model& model, const GoldenCase& golden) {
  return compute(model, golden, {.backbone = "", .layers = "blocks.", .draws_of_block = 2});
}

}  // namespace yardstick
