#include "models/methods/pitome/pitome.h"

#include "models/layers/fused_merging.h"
#include "models/methods/pitome/pitome_golden.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <ATen/TensorOperators.h>

#include <optional>
#include <string>
#include <utility>

namespace yardstick {
namespace {

PitomeSplit split_of(PitomeOrder order, std::int64_t block, std::int64_t depth) {
  const bool is_early = block < (depth + 1) / 2;
  switch (order) {
    case PitomeOrder::kBsmFirst:
      return is_early ? PitomeSplit::kBsm : PitomeSplit::kPlain;
    case PitomeOrder::kPlainFirst:
      return is_early ? PitomeSplit::kPlain : PitomeSplit::kBsm;
    case PitomeOrder::kBsm:
      return PitomeSplit::kBsm;
    case PitomeOrder::kPlain:
      break;
  }
  return PitomeSplit::kPlain;
}

class PitomePass final : public TokenPass {
 public:
  PitomePass(const PitomeConfig& config, const TokenLayout& layout)
      : config_(config), layout_(layout) {}

  at::Tensor key_bias() const override { return {}; }

  at::Tensor reduce(const BlockTokens& block) override {
    const double depth = static_cast<double>(layout_.depth);
    layers::TokenMatching matching = pitome_matching(
        layers::mean_keys(block.keys),
        {.split = split_of(config_.order, block.block, layout_.depth),
         .ratio = config_.ratio,
         .margin = config_.margin * (1.0 - static_cast<double>(block.block) / depth),
         .alpha = config_.alpha,
         .prefix = layout_.prefix});
    if (matching.changes_nothing()) return block.x;
    const bool is_pruning = config_.mode == PitomeMode::kPrune;
    if (is_pruning) matching.merged = matching.into = at::Tensor();
    if (config_.tracing == SourceTracing::kOn) {
      if (!state_.source.defined()) state_.source = layers::unit_source(block.x);
      state_.source = layers::merge_source(state_.source, matching);
    }
    if (is_pruning) return layers::take_rows(block.x, matching.kept);  // all sizes stay 1
    layers::WeightedTokens merged = layers::merge_by_size(block.x, state_.size, matching);
    state_.size = std::move(merged.size);
    return std::move(merged.x);
  }

  // Over the image's channels and not over its patches, as patch/mae.py reads them off the wrong
  // tensor: the norm behind the pooling hides it but for its eps.
  at::Tensor pool(const at::Tensor& patches) const override {
    if (!state_.size.defined()) return patches.mean(1);
    const at::Tensor size = state_.size.slice(1, layout_.prefix);  // [B, N]
    const at::Tensor sum = (patches * size.unsqueeze(-1)).sum(1);  // [B, C]
    return (sum / layout_.input_channels).to(patches.scalar_type());
  }

 private:
  const PitomeConfig& config_;
  const TokenLayout& layout_;
};

class PitomeReducer final : public TokenReducer {
 public:
  explicit PitomeReducer(const PitomeConfig& config) : config_(config) {}

  std::string name() const override { return "pitome"; }
  std::unique_ptr<TokenPass> start(const TokenLayout& layout, PassMode /*mode*/) const override {
    return std::make_unique<PitomePass>(config_, layout);
  }

 private:
  PitomeConfig config_;
};

class Pitome final : public Method {
 public:
  explicit Pitome(const Params& params) {
    config_.ratio = params.get<double>("ratio");
    config_.margin = params.get<double>("margin");
    config_.alpha = params.get<double>("alpha");
    if (params.get<std::string>("mode") == "prune") config_.mode = PitomeMode::kPrune;
    if (params.get<bool>("trace_source")) config_.tracing = SourceTracing::kOn;
    const auto order = params.get<std::string>("order");
    if (order == "bsm_first") order_ = PitomeOrder::kBsmFirst;
    if (order == "plain_first") order_ = PitomeOrder::kPlainFirst;
    if (order == "bsm") order_ = PitomeOrder::kBsm;
    if (order == "plain") order_ = PitomeOrder::kPlain;
  }

  std::optional<std::string> refusal(Model& model) const override {
    return token_reduction_refusal(model);
  }

  void apply(Model& model) const override {
    auto* reducible = model.capability<TokenReducible>();
    YS_CHECK(reducible != nullptr, model.info().name);
    PitomeConfig config = config_;
    config.order = order_.value_or(official_pitome_order(reducible->token_layout()));
    reducible->use_token_reducer(pitome_reducer(config));
  }

 private:
  PitomeConfig config_;
  std::optional<PitomeOrder> order_;  // none: the model's
};

}  // namespace

std::unique_ptr<const TokenReducer> pitome_reducer(const PitomeConfig& config) {
  return std::make_unique<PitomeReducer>(config);
}

PitomeOrder official_pitome_order(const TokenLayout& layout) {
  // What tells MAE's models from the others, in ToMe's patches as in PiToMe's.
  return layout.has_proportional_attention ? PitomeOrder::kBsmFirst : PitomeOrder::kPlainFirst;
}

double pitome_macs(const TokenLayout& layout, double ratio) {
  const auto width = static_cast<double>(layout.width);
  std::int64_t tokens = layout.tokens();
  double sum = 0;
  for (std::int64_t block = 0; block < layout.depth; ++block) {
    const auto entering = static_cast<double>(tokens);
    sum += 12 * entering * width * width + 2 * entering * entering * width;
    tokens -= pitome_merges(tokens - layout.prefix, ratio);
  }
  return sum;
}

void register_pitome(Registrar& registrar) {
  MethodEntry entry;
  entry.name = "pitome";
  entry.summary = "merges tokens of dense clusters first and protects isolated ones";
  entry.paper = {"Accelerating Transformers with Spectrum-Preserving Token Merging", "2405.16148",
                 2024};
  entry.schema
      .number("ratio", 0.95, "share of its tokens that each block leaves; 1: merges nothing", 0.5,
              1)
      .number("margin", 0.75, "cosine that makes neighbours, in the first block; falls to 0", -1, 1)
      .number("alpha", 1, "how much tokens below the margin lower the energy", 0)
      .text("order", "auto", "which half of the blocks splits tokens how; auto: the official one",
            {"auto", "bsm_first", "plain_first", "bsm", "plain"})
      .text("mode", "merge", "what becomes of the tokens that leave", {"merge", "prune"})
      .flag("trace_source", false, "keep which first tokens each token holds");
  entry.build = [](const Params& params) -> std::unique_ptr<Method> {
    return std::make_unique<Pitome>(params);
  };
  registrar.add(std::move(entry));
  registrar.add(pitome_golden_family());
}

}  // namespace yardstick
