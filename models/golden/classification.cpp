#include "models/golden/classification.h"

#include "models/golden/case_input.h"
#include "models/golden/wanted_activations.h"

#include <yardstick/error.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <utility>

namespace yardstick {

at::Tensor classification_loss(const at::Tensor& logits, const GoldenCase& golden) {
  const auto found = golden.inputs.find("target");
  if (found == golden.inputs.end()) {
    throw_data(concat("case ", golden.name, " wants a loss but has no in.target"));
  }
  const at::Tensor& target = found->second;
  if (!target.is_floating_point()) return at::cross_entropy_loss(logits, target);
  if (target.sizes() != logits.sizes()) {
    throw_data(concat("case ", golden.name, ": in.target has shape ", target.sizes(),
                      ", logits have ", logits.sizes()));
  }
  return -(target * at::log_softmax(logits, -1)).sum(-1).mean();
}

std::vector<std::int64_t> sizes_argument(const Arguments& arguments, std::string_view name,
                                         std::size_t dims, std::vector<std::int64_t> fallback) {
  if (!arguments.has(name)) return fallback;
  if (!arguments.is_list(name)) return std::vector<std::int64_t>(dims, arguments.integer(name));
  std::vector<std::int64_t> sizes = arguments.integers(name);
  if (sizes.size() != dims) {
    throw_data(concat("argument ", name, " must have ", dims, " numbers, not ", sizes.size()));
  }
  return sizes;
}

std::optional<double> optional_number(const Arguments& arguments, std::string_view name) {
  if (!arguments.has(name)) return std::nullopt;
  return arguments.number(name);
}

void require_known_loss(const GoldenCase& golden) {
  const std::string loss = golden.method_arguments.text("loss", "soft_target_cross_entropy");
  if (loss != "soft_target_cross_entropy" && loss != "cross_entropy") {
    throw_data(concat("case ", golden.name, ": loss ", loss, " is not implemented"),
               "soft_target_cross_entropy and cross_entropy are");
  }
}

void require_classification_entry(const GoldenCase& golden) {
  for (const char* entry : {"classify", "classify_loss", "features"}) {
    if (golden.entry == entry) return;
  }
  throw_data(concat("case ", golden.name, ": family ", golden.family, " does not compute entry ",
                    golden.entry),
             "it computes classify, classify_loss and features");
}

void require_no_random_drops(const GoldenCase& golden, double drop_rate) {
  if (golden.mode == "train" && drop_rate > 0) {
    throw_data(concat("case ", golden.name, " trains with a drop rate of ", drop_rate,
                      ", whose draws a case cannot give"));
  }
}

TensorMap compute_classification(Model& model, const GoldenCase& golden) {
  const auto is_wanted = [&](std::string_view name) {
    return std::ranges::find(golden.wanted, name) != golden.wanted.end();
  };
  model.module().train(golden.mode == "train");
  const at::AutoGradMode grad_mode(is_wanted("loss"));

  WantedActivations tap(golden.wanted);
  Batch batch;
  batch.input = case_pixels(golden);
  const ModelOutput output = model.forward(batch, &tap);
  TensorMap results = std::move(tap).take();
  if (is_wanted("logits")) results["logits"] = output.logits;
  if (is_wanted("features")) results["features"] = output.features;
  if (is_wanted("probs")) results["probs"] = at::softmax(output.logits, -1);
  if (is_wanted("loss")) results["loss"] = classification_loss(output.logits, golden);
  return results;
}

}  // namespace yardstick
