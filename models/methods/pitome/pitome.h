#pragma once

#include "models/methods/pitome/pitome_matching.h"
#include "models/methods/source_tracing.h"

#include <yardstick/registry.h>
#include <yardstick/token_reduction.h>

#include <cstdint>
#include <memory>

namespace yardstick {

// Which blocks split tokens how: those of the first half, rounded up, and the others.
enum class PitomeOrder {
  kBsmFirst,    // bsm, then plain: the official patch of DeiT and timm
  kPlainFirst,  // plain, then bsm: that of MAE
  kBsm,
  kPlain
};

enum class PitomeMode {
  kMerge,  // sources join their destination, by size
  kPrune   // sources are dropped
};

struct PitomeConfig {
  double ratio = 0.95;   // of a block's tokens behind the prefix that are left, 0.5 to 1
  double margin = 0.75;  // of the first block; falls to margin / depth in the last
  double alpha = 1.0;
  PitomeOrder order = PitomeOrder::kBsmFirst;
  PitomeMode mode = PitomeMode::kMerge;
  SourceTracing tracing = SourceTracing::kOff;
};

// Merges a share of the tokens of every block, the last included, between attention and MLP
// (PiToMe, arXiv 2405.16148; patch/{deit,mae}.py of hchautran/PiToMe). Attention is not
// proportional to sizes. The tokens' order changes in every block; the prefix keeps its places.
std::unique_ptr<const TokenReducer> pitome_reducer(const PitomeConfig& config);

// The order that the official code has for models of the kind that `layout` describes.
PitomeOrder official_pitome_order(const TokenLayout& layout);

// Multiply-accumulates of one input as the official code counts them (calculate_block_flop): each
// block with the tokens that enter it, its MLP four times as wide as a token; patch embedding and
// head left out.
double pitome_macs(const TokenLayout& layout, double ratio);

// Method "pitome", of any model with TokenReducible, and its golden family.
void register_pitome(Registrar& registrar);

}  // namespace yardstick
