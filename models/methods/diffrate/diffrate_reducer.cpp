#include "models/methods/diffrate/diffrate_reducer.h"

#include "models/layers/token_merging.h"
#include "models/methods/diffrate/diffrate_matching.h"
#include "models/methods/diffrate/diffrate_training.h"
#include "models/methods/number_list.h"

#include <yardstick/learned_cost.h>

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <string>
#include <utility>

namespace yardstick {
namespace {

// DiffRateBlock and DiffRateAttention in evaluation mode, patch/deit.py of OpenGVLab/DiffRate:
// after attention the tokens are put in order of importance, the last are pruned, and of those left
// the last are merged into the others.
class DiffRatePass final : public TokenPass {
 public:
  DiffRatePass(KeptTokens kept, std::int64_t prefix, SourceTracing tracing)
      : kept_(std::move(kept)), prefix_(prefix), tracing_(tracing) {}

  at::Tensor key_bias() const override {
    return state_.size.defined() ? state_.size.log() : at::Tensor();
  }

  at::Tensor reduce(const BlockTokens& block) override {
    const auto index = static_cast<std::size_t>(block.block);
    const std::int64_t unpruned = std::min(block.x.size(1), kept_.prune.at(index));
    const at::Tensor order =
        by_importance(class_attention(block.queries, block.keys, key_bias()), unpruned);
    const ImportanceMatching matched =
        match_by_importance(block.x, order, std::min(unpruned, kept_.merge.at(index)), prefix_);

    if (state_.size.defined() || matched.similarity.defined()) {
      if (!state_.size.defined()) state_.size = layers::unit_sizes(block.x);
      state_.size = merge_sizes(state_.size, matched);
    }
    if (tracing_ == SourceTracing::kOn) {
      if (!state_.source.defined()) state_.source = layers::unit_source(block.x);
      state_.source = layers::merge_source(state_.source, matched.matching);
    }
    return layers::merge(block.x, matched.matching, layers::MergeMode::kMean);
  }

 private:
  KeptTokens kept_;
  std::int64_t prefix_;
  SourceTracing tracing_;
};

class FixedReducer final : public TokenReducer {
 public:
  FixedReducer(KeptTokens kept, SourceTracing tracing)
      : kept_(std::move(kept)), tracing_(tracing) {}

  std::string name() const override { return "diffrate"; }
  std::unique_ptr<TokenPass> start(const TokenLayout& layout, PassMode /*mode*/) const override {
    return std::make_unique<DiffRatePass>(kept_, layout.prefix, tracing_);
  }

 private:
  KeptTokens kept_;
  SourceTracing tracing_;
};

class LearnedReducer final : public TokenReducer, public LearnedCost {
 public:
  LearnedReducer(std::shared_ptr<DiffRates> rates, const DiffRateMacs& macs, SourceTracing tracing)
      : rates_(std::move(rates)), macs_(macs), tracing_(tracing) {}

  std::string name() const override { return "diffrate"; }
  std::unique_ptr<TokenPass> start(const TokenLayout& layout, PassMode mode) const override {
    if (mode == PassMode::kTraining) return start_rate_learning(layout, macs_, *rates_);
    return std::make_unique<DiffRatePass>(rates_->kept(), layout.prefix, tracing_);
  }

  at::Tensor macs() const override { return rates_->macs(); }
  std::string learned() const override {
    const KeptTokens kept = rates_->kept();
    return "prune_kept=" + number_list_text(kept.prune) +
           ",merge_kept=" + number_list_text(kept.merge);
  }

 private:
  std::shared_ptr<DiffRates> rates_;
  DiffRateMacs macs_;
  SourceTracing tracing_;
};

}  // namespace

std::unique_ptr<const TokenReducer> fixed_diffrate(KeptTokens kept, SourceTracing tracing) {
  return std::make_unique<FixedReducer>(std::move(kept), tracing);
}

std::unique_ptr<const TokenReducer> learned_diffrate(std::shared_ptr<DiffRates> rates,
                                                     const DiffRateMacs& macs,
                                                     SourceTracing tracing) {
  return std::make_unique<LearnedReducer>(std::move(rates), macs, tracing);
}

}  // namespace yardstick
