#include "models/methods/pitome/pitome_golden.h"

#include "models/golden/function_model.h"
#include "models/golden/token_reduction.h"
#include "models/layers/token_merging.h"
#include "models/methods/pitome/pitome.h"
#include "models/methods/pitome/pitome_matching.h"
#include "models/vit/vit_golden.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace yardstick {
namespace {

constexpr std::string_view kFunction = "function";

bool is_wanted(const GoldenCase& golden, std::string_view name) {
  return std::ranges::find(golden.wanted, name) != golden.wanted.end();
}

double ratio_of(const GoldenCase& golden, const Arguments& arguments) {
  const double ratio = arguments.number("ratio");
  if (ratio < 0.5) {
    throw_data(concat("case ", golden.name, ": a ratio of ", ratio,
                      " merges more tokens than there are pairs"),
               "0.5 is the least");
  }
  return ratio;
}

PitomeOptions function_options(const GoldenCase& golden) {
  const Arguments& method = golden.method_arguments;
  const Arguments arguments = method.object("args");
  const std::string function = method.text("function");
  PitomeOptions options;
  options.ratio = ratio_of(golden, arguments);
  options.margin = arguments.number("margin", options.margin);
  options.prefix = arguments.flag("class_token", false) ? 1 : 0;
  if (function == "pitome.pitome_text") {
    options.split = PitomeSplit::kText;
  } else if (function == "pitome.pitome_vision") {
    options.alpha = arguments.number("alpha", options.alpha);
    if (arguments.flag("use_bsm_pitome", false)) options.split = PitomeSplit::kBsm;
    if (arguments.flag("use_bsm", false)) {
      throw_data(concat("case ", golden.name, ": use_bsm is not implemented"),
                 "it is ToMe's matching, without energies");
    }
  } else {
    throw_data(concat("case ", golden.name, ": family pitome does not compute function ", function),
               "it computes pitome.pitome_vision and pitome.pitome_text");
  }
  return options;
}

TensorMap compute_function(const GoldenCase& golden) {
  const at::NoGradGuard no_grad;
  const PitomeOptions options = function_options(golden);
  const at::Tensor& metric = case_input(golden, "metric");
  const at::Tensor& x = case_input(golden, "x");
  const at::Tensor size =
      golden.inputs.contains("size") ? case_input(golden, "size").squeeze(-1) : at::Tensor();

  const layers::TokenMatching matching = pitome_matching(metric, options);
  const layers::WeightedTokens merged = layers::merge_wavg(x, size, matching);
  TensorMap results;
  results["merged"] = merged.x;
  results["size"] = merged.size.unsqueeze(-1);
  results["source"] = layers::merge_source(layers::unit_source(x), matching);
  if (is_wanted(golden, "pruned")) {
    results["pruned"] = matching.kept.defined() ? layers::take_rows(x, matching.kept) : x;
  }
  if (is_wanted(golden, "energy")) {
    results["energy"] = pitome_energy(pitome_cosines(metric.slice(1, options.prefix)), options);
  }
  return results;
}

std::unique_ptr<Model> build_model(const GoldenCase& golden) {
  std::unique_ptr<Model> model = make_vit_of_case(golden);
  auto* reducible = model->capability<TokenReducible>();
  const Arguments& arguments = golden.method_arguments;
  PitomeConfig config;
  config.ratio = ratio_of(golden, arguments);
  config.margin = arguments.number("margin", config.margin);
  config.alpha = arguments.number("alpha", config.alpha);
  if (arguments.flag("trace_source", false)) config.tracing = SourceTracing::kOn;
  arguments.flag("prop_attn", false);  // the official blocks never hand sizes to attention
  config.order = official_pitome_order(reducible->token_layout());
  reducible->use_token_reducer(pitome_reducer(config));
  return model;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  if (golden.method != "pitome") {
    throw_data(concat("case ", golden.name, ": family pitome does not implement method \"",
                      golden.method, "\""));
  }
  return golden.entry == kFunction ? make_function_model(golden) : build_model(golden);
}

TensorMap compute(Model& model, const GoldenCase& golden) {
  if (golden.entry == kFunction) return compute_function(golden);
  TensorMap results = compute_reduced_classification(model, golden);
  if (is_wanted(golden, "flops")) {
    const TokenLayout& layout = model.capability<TokenReducible>()->token_layout();
    results["flops"] =
        at::full({1}, pitome_macs(layout, golden.method_arguments.number("ratio")), at::kDouble);
  }
  return results;
}

}  // namespace

GoldenFamily pitome_golden_family() {
  GoldenFamily family;
  family.name = "pitome";
  family.build = build;
  family.compute = compute;
  return family;
}

}  // namespace yardstick
