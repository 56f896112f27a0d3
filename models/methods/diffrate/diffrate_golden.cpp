#include "models/methods/diffrate/diffrate_golden.h"

#include "models/golden/function_model.h"
#include "models/golden/token_reduction.h"
#include "models/layers/token_merging.h"
#include "models/methods/diffrate/compression_rates.h"
#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/diffrate/diffrate_matching.h"
#include "models/methods/diffrate/diffrate_rates.h"
#include "models/methods/diffrate/diffrate_reducer.h"
#include "models/vit/vit_golden.h"

#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>

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

KeptTokens kept_of(const GoldenCase& golden) {
  const Arguments& arguments = golden.method_arguments;
  return {arguments.integers("prune_kept_num"), arguments.integers("merge_kept_num")};
}

TensorMap compute_merge(const GoldenCase& golden, const Arguments& arguments) {
  const at::Tensor& x = case_input(golden, "x");
  const std::int64_t kept = arguments.integer("kept_number");
  const std::int64_t prefix = arguments.flag("class_token", true) ? 1 : 0;
  if (kept <= prefix || kept > x.size(1)) {
    throw_data(concat("case ", golden.name, ": cannot keep ", kept, " of ", x.size(1), " tokens"));
  }
  const at::Tensor order =
      at::arange(x.size(1), x.options().dtype(at::kLong)).expand({x.size(0), -1});
  const ImportanceMatching matched = match_by_importance(x, order, kept, prefix);
  TensorMap results;
  results["merged"] = layers::merge(x, matched.matching, layers::MergeMode::kMean);
  results["node_max"] =
      matched.similarity.defined() ? matched.similarity : at::empty({x.size(0), 0}, x.options());
  results["source"] = layers::merge_source(layers::unit_source(x), matched.matching);
  if (golden.inputs.contains("size")) {
    results["size"] = merge_sizes(case_input(golden, "size").squeeze(-1), matched).unsqueeze(-1);
  }
  return results;
}

TensorMap compute_rate(const GoldenCase& golden, const Arguments& arguments) {
  KeptNumber number({.patches = arguments.integer("patch_number", 196),
                     .granularity = arguments.integer("granularity", 1),
                     .prefix = arguments.flag("class_token", true) ? 1 : 0});
  const at::Tensor& logits = case_input(golden, "selected_probability");
  if (logits.sizes() != number.selected_probability.sizes()) {
    throw_data(concat("case ", golden.name, ": in.selected_probability has ", logits.numel(),
                      " logits for ", number.selected_probability.numel(), " candidates"));
  }
  number.selected_probability.copy_(logits);
  const at::Tensor kept = number.expected();
  TensorMap results;
  results["kept_token_number"] = kept.to(at::kLong).unsqueeze(0);
  results["token_probability"] = number.probability();
  results["token_mask"] =
      number.mask(kept, at::full_like(kept, results["token_probability"].size(0)));
  results["candidates"] = number.candidates();
  return results;
}

TensorMap compute_function(const GoldenCase& golden) {
  const at::NoGradGuard no_grad;
  const std::string function = golden.method_arguments.text("function");
  const Arguments arguments = golden.method_arguments.object("args");
  if (function == "diffrate.get_merge_func") return compute_merge(golden, arguments);
  if (function == "diffrate.DiffRate") return compute_rate(golden, arguments);
  throw_data(concat("case ", golden.name, ": family diffrate does not compute function ", function),
             "it computes diffrate.get_merge_func and diffrate.DiffRate");
}

std::unique_ptr<Model> build_model(const GoldenCase& golden) {
  if (golden.mode == "train") {
    throw_data(concat("case ", golden.name, ": the masked training pass of DiffRate has no cases"),
               "those of evaluation mode are computed");
  }
  std::unique_ptr<Model> model = make_vit_of_case(golden);
  auto* reducible = model->capability<TokenReducible>();
  KeptTokens kept = kept_of(golden);
  if (const auto problem = problem_of(kept, reducible->token_layout())) {
    throw_data(concat("case ", golden.name, ": ", *problem));
  }
  const bool traces = golden.method_arguments.flag("trace_source", false);
  reducible->use_token_reducer(
      fixed_diffrate(std::move(kept), traces ? SourceTracing::kOn : SourceTracing::kOff));
  return model;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  if (golden.method != "diffrate") {
    throw_data(concat("case ", golden.name, ": family diffrate does not implement method \"",
                      golden.method, "\""));
  }
  return golden.entry == kFunction ? make_function_model(golden) : build_model(golden);
}

// Sizes that are all 1 are not computed; the official code has them from the start.
void add_unit_sizes(const GoldenCase& golden, TensorMap& results) {
  constexpr std::string_view kSuffix = ".size";
  for (const std::string& name : golden.wanted) {
    if (!name.ends_with(kSuffix) || results.contains(name)) continue;
    const auto tokens = results.find(name.substr(0, name.size() - kSuffix.size()));
    if (tokens == results.end()) continue;
    const at::Tensor ones = at::ones({tokens->second.size(0), tokens->second.size(1), 1});
    results[name] = ones;
  }
  if (!is_wanted(golden, "size") || results.contains("size")) return;
  // Of the last block, whatever the number of digits in its name.
  const std::size_t blocks = golden.method_arguments.integers("merge_kept_num").size();
  const auto last = results.find(concat("block", blocks - 1, kSuffix));
  if (last != results.end()) results["size"] = last->second;
}

TensorMap compute(Model& model, const GoldenCase& golden) {
  if (golden.entry == kFunction) return compute_function(golden);
  TensorMap results = compute_reduced_classification(model, golden);
  add_unit_sizes(golden, results);
  if (is_wanted(golden, "flops")) {
    results["flops"] = at::full({1}, DiffRateMacs::of(model).total(kept_of(golden)), at::kDouble);
  }
  return results;
}

}  // namespace

GoldenFamily diffrate_golden_family() {
  GoldenFamily family;
  family.name = "diffrate";
  family.build = build;
  family.compute = compute;
  return family;
}

}  // namespace yardstick
