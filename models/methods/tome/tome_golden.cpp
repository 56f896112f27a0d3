#include "models/methods/tome/tome_golden.h"

#include "models/golden/function_model.h"
#include "models/golden/token_reduction.h"
#include "models/layers/token_merging.h"
#include "models/methods/tome/merge_schedule.h"
#include "models/methods/tome/tome.h"
#include "models/vit/vit_golden.h"

#include <yardstick/error.h>

#include <ATen/ops/argsort.h>
#include <ATen/ops/tensor.h>

#include <string>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

using layers::MergeMode;
using layers::TokenMatching;

constexpr char kBipartite[] = "tome.bipartite_soft_matching";
constexpr char kKth[] = "tome.kth_bipartite_soft_matching";
constexpr char kRandom[] = "tome.random_bipartite_soft_matching";
constexpr char kParse[] = "tome.parse_r";

bool is_function(const GoldenCase& golden) { return golden.entry == "function"; }

// r and inflect as official codes write them: an integer, a list, or an integer that is bent.
std::vector<std::int64_t> schedule_of(const Arguments& arguments, std::int64_t depth) {
  if (arguments.is_list("r")) return padded_schedule(arguments.integers("r"), depth);
  return merge_schedule(arguments.integer("r"), arguments.number("inflect", 0.0), depth);
}

TensorMap schedules(const Arguments& arguments) {
  TensorMap results;
  std::size_t i = 0;
  for (const Arguments& call : arguments.objects("calls")) {
    results[concat("schedule", i++)] =
        at::tensor(schedule_of(call, call.integer("num_layers")), at::kLong);
  }
  return results;
}

// What bare merging gives: tokens counted once each, and put back.
TensorMap merged_and_unmerged(const at::Tensor& x, const TokenMatching& matching,
                              std::int64_t tokens) {
  const at::Tensor merged = layers::merge(x, matching, MergeMode::kMean);
  return {{"merged", merged}, {"unmerged", layers::unmerge(merged, matching, tokens)}};
}

layers::ProtectedTokens protected_tokens(const Arguments& arguments) {
  const bool has_class = arguments.flag("class_token", false);
  const bool has_distillation = arguments.flag("distill_token", false);
  return {.first = has_distillation && !has_class ? 1 : 0,
          .count = (has_class ? 1 : 0) + (has_distillation ? 1 : 0)};
}

// What the official unmerge takes merged tokens for: those of even places, then those of odd ones,
// although its merge has moved the distillation token to the second place.
TokenMatching by_parity(TokenMatching matching) {
  if (matching.kept.defined()) {
    const at::Tensor order =
        at::argsort(matching.kept.remainder(2), /*stable=*/true, /*dim=*/1, /*descending=*/false);
    matching.kept = matching.kept.gather(1, order);
  }
  return matching;
}

TensorMap bipartite(const GoldenCase& golden, const Arguments& arguments) {
  const at::Tensor& metric = case_input(golden, "metric");
  const at::Tensor& x = case_input(golden, "x");
  const at::Tensor size = golden.inputs.contains("size")
                              ? case_input(golden, "size").squeeze(-1)  // [B, N]
                              : at::Tensor();
  const TokenMatching matching =
      layers::bipartite_soft_matching(metric, arguments.integer("r"), protected_tokens(arguments));
  const layers::WeightedTokens weighted = layers::merge_wavg(x, size, matching);
  return {{"merged", weighted.x},
          {"size", weighted.size.unsqueeze(-1)},
          {"merged_mean_unweighted", layers::merge(x, matching, MergeMode::kMean)},
          {"source", layers::merge_source(layers::unit_source(x), matching)},
          {"unmerged", layers::unmerge(weighted.x, by_parity(matching), metric.size(1))}};
}

TensorMap kth(const GoldenCase& golden, const Arguments& arguments) {
  const at::Tensor& metric = case_input(golden, "metric");
  const std::int64_t k = arguments.integer("k");
  const std::int64_t tokens = metric.size(1);
  return merged_and_unmerged(case_input(golden, "x"), layers::kth_bipartite_matching(metric, k),
                             k > 1 ? tokens / k * k : tokens);
}

TensorMap random_split(const GoldenCase& golden, const Arguments& arguments) {
  const at::Tensor& metric = case_input(golden, "metric");
  const at::Tensor noise = case_input(golden, "noise").flatten(1);  // [B, N]
  return merged_and_unmerged(
      case_input(golden, "x"),
      layers::random_bipartite_matching(metric, arguments.integer("r"), noise), metric.size(1));
}

TensorMap compute_function(const GoldenCase& golden) {
  const std::string function = golden.method_arguments.text("function");
  const Arguments arguments = golden.method_arguments.object("args");
  if (function == kBipartite) return bipartite(golden, arguments);
  if (function == kKth) return kth(golden, arguments);
  if (function == kRandom) return random_split(golden, arguments);
  if (function == kParse) return schedules(arguments);
  throw_data(concat("case ", golden.name, ": function ", function, " is not implemented"),
             concat(kBipartite, ", ", kKth, ", ", kRandom, " and ", kParse, " are"));
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  if (golden.method != "tome") {
    throw_data(concat("case ", golden.name, ": family tome does not implement method \"",
                      golden.method, "\""));
  }
  if (is_function(golden)) return make_function_model(golden);
  const Arguments& arguments = golden.method_arguments;
  auto model = make_vit_of_case(golden);
  auto* reducible = model->capability<TokenReducible>();
  TomeConfig config;
  config.schedule = schedule_of(arguments, reducible->token_layout().depth);
  if (arguments.has("prop_attn")) config.has_proportional_attention = arguments.flag("prop_attn");
  if (arguments.flag("trace_source", false)) config.tracing = SourceTracing::kOn;
  reducible->use_token_reducer(make_tome(std::move(config)));
  return model;
}

TensorMap compute(Model& model, const GoldenCase& golden) {
  return is_function(golden) ? compute_function(golden)
                             : compute_reduced_classification(model, golden);
}

}  // namespace

GoldenFamily tome_golden_family() {
  GoldenFamily family;
  family.name = "tome";
  family.build = build;
  family.compute = compute;
  return family;
}

}  // namespace yardstick
