#include "models/methods/diffrate/diffrate.h"

#include "models/methods/diffrate/compression_rates.h"
#include "models/methods/diffrate/diffrate_golden.h"
#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/diffrate/diffrate_rates.h"
#include "models/methods/diffrate/diffrate_reducer.h"
#include "models/methods/number_list.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <torch/nn/module.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

enum class Learned { kNothing, kRates, kAll };

// Under which the rates are registered in the network.
constexpr const char* kModuleName = "diffrate";

TokenReducible& reducible_of(Model& model) {
  auto* reducible = model.capability<TokenReducible>();
  YS_CHECK(reducible != nullptr, model.info().name);
  return *reducible;
}

// Empty where the parameter is.
std::vector<std::int64_t> numbers_of(const Params& params, const char* name) {
  const auto text = params.get<std::string>(name);
  if (text.empty()) return {};
  if (auto numbers = parse_number_list(text)) return *std::move(numbers);
  throw_user(concat("diffrate: ", name, " is ", text, " and no list of token numbers"),
             "write a number for each block, as 197/196/180");
}

class DiffRate final : public Method {
 public:
  explicit DiffRate(const Params& params)
      : given_{numbers_of(params, "prune_kept"), numbers_of(params, "merge_kept")},
        file_(params.get<std::string>("rates")),
        file_model_(params.get<std::string>("rates_model")),
        target_(params.get<std::string>("target")),
        granularity_(params.get<std::int64_t>("granularity")),
        tracing_(params.get<bool>("trace_source") ? SourceTracing::kOn : SourceTracing::kOff) {
    const auto learn = params.get<std::string>("learn");
    if (learn == "rates") learned_ = Learned::kRates;
    if (learn == "all") learned_ = Learned::kAll;

    const bool has_lists = !given_.prune.empty() || !given_.merge.empty();
    const int sources =
        (has_lists ? 1 : 0) + (file_.empty() ? 0 : 1) + (learned_ == Learned::kNothing ? 0 : 1);
    if (sources != 1) {
      throw_user(sources == 0 ? "diffrate has no numbers of tokens to keep"
                              : "diffrate has its numbers of tokens from more than one place",
                 "give prune_kept and merge_kept, or rates and target, or learn=rates");
    }
    if (file_.empty() != target_.empty()) {
      throw_user("diffrate takes rates and target together",
                 "rates=compression_rate.json,target=2.9");
    }
  }

  std::optional<std::string> refusal(Model& model) const override {
    if (auto why = token_reduction_refusal(model)) return why;
    const TokenLayout& layout = reducible_of(model).token_layout();
    if (!layout.has_class_token) {
      return concat(model.info().name, " has no class token to rank the others by");
    }
    if (layout.prefix != 1) {
      return concat(model.info().name, " has ", layout.prefix - 1,
                    " tokens besides class token and patches, which would be ranked too");
    }
    if (learned_ != Learned::kNothing) {
      if (granularity_ <= layout.patches()) return std::nullopt;
      return concat("a granularity of ", granularity_, " leaves no choice among ", layout.patches(),
                    " patches");
    }
    if (!file_.empty() && file_model_.empty() && !compression_rates_model(layout)) {
      return concat("no published rates are known for a width of ", layout.width,
                    "; name them with rates_model");
    }
    return problem_of(kept_for(layout), layout);
  }

  void apply(Model& model) const override {
    TokenReducible& reducible = reducible_of(model);
    const TokenLayout& layout = reducible.token_layout();
    if (learned_ == Learned::kNothing) {
      reducible.use_token_reducer(fixed_diffrate(kept_for(layout), tracing_));
      return;
    }
    auto rates =
        std::make_shared<DiffRates>(DiffRatesConfig{.depth = layout.depth,
                                                    .number = {.patches = layout.patches(),
                                                               .granularity = granularity_,
                                                               .prefix = layout.prefix},
                                                    .is_last_block_whole = layout.pools_by_size});
    if (learned_ == Learned::kRates) {
      for (at::Tensor& parameter : model.module().parameters()) parameter.set_requires_grad(false);
    }
    model.module().register_module(kModuleName, rates);
    reducible.use_token_reducer(
        learned_diffrate(std::move(rates), DiffRateMacs::of(model), tracing_));
  }

 private:
  KeptTokens kept_for(const TokenLayout& layout) const {
    if (!file_.empty()) {
      const std::string name =
          file_model_.empty() ? compression_rates_model(layout).value_or("") : file_model_;
      return read_compression_rates(file_, name, target_);
    }
    // A list that is left out removes nothing.
    const std::vector<std::int64_t> all(static_cast<std::size_t>(layout.depth), layout.tokens());
    return {given_.prune.empty() ? all : given_.prune, given_.merge.empty() ? all : given_.merge};
  }

  KeptTokens given_;
  std::string file_;
  std::string file_model_;
  std::string target_;
  Learned learned_ = Learned::kNothing;
  std::int64_t granularity_;
  SourceTracing tracing_;
};

}  // namespace

void register_diffrate(Registrar& registrar) {
  MethodEntry entry;
  entry.name = "diffrate";
  entry.summary = "prunes and merges the tokens that the class token attends to least";
  entry.paper = {"DiffRate: Differentiable Compression Rate for Efficient Vision Transformers",
                 "2305.17997", 2023};
  entry.schema
      .text("prune_kept", "", "tokens that each block keeps at pruning, as 197/196; empty: all")
      .text("merge_kept", "", "tokens that each block keeps when it then merges; empty: all")
      .text("rates", "", "file with published numbers, compression_rate.json")
      .text("target", "", "rates: which numbers, by their GMACs as the file writes them, as 2.9")
      .text("rates_model", "", "rates: whose numbers, as ViT-S-DeiT; empty: by width and kind")
      .text("learn", "none", "learn the numbers: alone, or with all that is trained anyway",
            {"none", "rates", "all"})
      .integer("granularity", 4, "learn: tokens from one candidate number to the next", 1)
      .flag("trace_source", false, "keep which first tokens each token holds");
  entry.build = [](const Params& params) -> std::unique_ptr<Method> {
    return std::make_unique<DiffRate>(params);
  };
  registrar.add(std::move(entry));
  registrar.add(diffrate_golden_family());
}

}  // namespace yardstick
