#pragma once

#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/diffrate/diffrate_rates.h"
#include "models/methods/source_tracing.h"

#include <yardstick/token_reduction.h>

#include <memory>

namespace yardstick {

// Keeps the given numbers in every block, in training too. Requires: a class token and no other
// prefix; lists as long as the model is deep, with numbers of at least 2.
std::unique_ptr<const TokenReducer> fixed_diffrate(KeptTokens kept, SourceTracing tracing);

// Learns the numbers in training mode and keeps those learned in evaluation mode; a LearnedCost
// too. `rates` must be among the model's modules, so that it is trained, saved and moved with it.
std::unique_ptr<const TokenReducer> learned_diffrate(std::shared_ptr<DiffRates> rates,
                                                     const DiffRateMacs& macs,
                                                     SourceTracing tracing);

}  // namespace yardstick
