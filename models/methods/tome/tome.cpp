#include "models/methods/tome/tome.h"

#include "models/layers/fused_merging.h"
#include "models/layers/token_merging.h"
#include "models/methods/number_list.h"
#include "models/methods/tome/merge_schedule.h"
#include "models/methods/tome/tome_golden.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <ATen/ops/log.h>

#include <cstddef>
#include <string>
#include <utility>

namespace yardstick {
namespace {

class TomePass final : public TokenPass {
 public:
  TomePass(const TomeConfig& config, const TokenLayout& layout)
      : config_(config),
        guarded_{.first = 0, .count = layout.prefix},
        is_proportional_(
            config.has_proportional_attention.value_or(layout.has_proportional_attention)) {}

  at::Tensor key_bias() const override {
    return is_proportional_ && state_.size.defined() ? at::log(state_.size) : at::Tensor();
  }

  at::Tensor reduce(const BlockTokens& block) override {
    const auto index = static_cast<std::size_t>(block.block);
    const std::int64_t r = index < config_.schedule.size() ? config_.schedule[index] : 0;
    if (r <= 0) return block.x;
    const layers::TokenMatching matching = layers::match_keys(block.keys, r, guarded_);
    if (config_.tracing == SourceTracing::kOn) {
      const at::Tensor& before = state_.source;
      state_.source =
          layers::merge_source(before.defined() ? before : layers::unit_source(block.x), matching);
    }
    layers::WeightedTokens merged = layers::merge_by_size(block.x, state_.size, matching);
    state_.size = merged.size;
    return merged.x;
  }

 private:
  const TomeConfig& config_;
  layers::ProtectedTokens guarded_;
  bool is_proportional_;
};

class TomeReducer final : public TokenReducer {
 public:
  explicit TomeReducer(TomeConfig config) : config_(std::move(config)) {}

  std::string name() const override { return "tome"; }

  std::unique_ptr<TokenPass> start(const TokenLayout& layout, PassMode /*mode*/) const override {
    return std::make_unique<TomePass>(config_, layout);
  }

 private:
  TomeConfig config_;
};

std::vector<std::int64_t> list_of(const std::string& text) {
  auto list = parse_number_list(text);
  if (!list) {
    throw_user(concat("tome: r=", text, " does not say how many tokens to merge"),
               "give a number for every block, as r=16, or one for each, as r=16/16/8");
  }
  return *std::move(list);
}

class Tome final : public Method {
 public:
  explicit Tome(const Params& params)
      : r_(list_of(params.get<std::string>("r"))), inflect_(params.get<double>("inflect")) {
    if (r_.size() > 1 && inflect_ != 0) {
      throw_user("tome: inflect bends a constant r, and r is a list", "leave inflect out");
    }
    const std::string attention = params.get<std::string>("prop_attn");
    if (attention != "auto") config_.has_proportional_attention = attention == "true";
    if (params.get<bool>("trace_source")) config_.tracing = SourceTracing::kOn;
  }

  std::optional<std::string> refusal(Model& model) const override {
    if (auto why = token_reduction_refusal(model)) return why;
    const std::int64_t depth = model.capability<TokenReducible>()->token_layout().depth;
    if (static_cast<std::int64_t>(r_.size()) <= depth) return std::nullopt;
    return concat("r lists ", r_.size(), " blocks, the model has ", depth);
  }

  void apply(Model& model) const override {
    auto* reducible = model.capability<TokenReducible>();
    YS_CHECK(reducible != nullptr, model.info().name);
    const std::int64_t depth = reducible->token_layout().depth;
    TomeConfig config = config_;
    config.schedule =
        r_.size() == 1 ? merge_schedule(r_[0], inflect_, depth) : padded_schedule(r_, depth);
    reducible->use_token_reducer(make_tome(std::move(config)));
  }

 private:
  std::vector<std::int64_t> r_;
  double inflect_;
  TomeConfig config_;  // but for the schedule
};

ParamSchema tome_params() {
  ParamSchema schema;
  schema.text(
      "r", "8",
      "tokens that each block merges, at most half of them; or one for each block, 16/16/8, "
      "and none behind");
  schema.number("inflect", 0.0,
                "bends a constant r over depth, from r (1 - inflect) to r (1 + inflect); -1: "
                "decreasing to 0",
                -1.0, 1.0);
  schema.text("prop_attn", "auto",
              "whether tokens count by their size in attention; auto: unless the model is MAE's",
              {"auto", "true", "false"});
  schema.flag("trace_source", false, "keep which patches each token holds, for pictures");
  return schema;
}

}  // namespace

std::unique_ptr<const TokenReducer> make_tome(TomeConfig config) {
  return std::make_unique<TomeReducer>(std::move(config));
}

void register_tome(Registrar& registrar) {
  MethodEntry entry;
  entry.name = "tome";
  entry.summary = "merges the most alike tokens of each block";
  entry.paper = {"Token Merging: Your ViT But Faster", "2210.09461", 2022};
  entry.schema = tome_params();
  entry.build = [](const Params& params) -> std::unique_ptr<Method> {
    return std::make_unique<Tome>(params);
  };
  registrar.add(std::move(entry));
  registrar.add(tome_golden_family());
}

}  // namespace yardstick
