#pragma once

#include <yardstick/model.h>

#include <memory>
#include <string>

namespace yardstick::test {

// What a small network does besides classifying 3 x 8 x 8 images: one fault each, for the checks
// that must find it.
enum class Quirk {
  kNone,
  kDropout,          // draws in training mode
  kNanOutput,        // infinite logits
  kBatchMean,        // subtracts the batch's mean
  kDrawsInEval,      // adds noise always
  kUnusedParameter,  // one that no gradient reaches
  kExtraClass,       // a logit too many
  kHugeAllocation,   // asks for more memory than any machine has
  kDivergesAtStep,   // loss becomes NaN from the given training forward on
};

// Parameters: classes (4), width (16). With kDivergesAtStep, the forward pass of that number in
// training mode (from 1) is the first to give NaN.
ModelEntry tiny_entry(Quirk quirk = Quirk::kNone, int diverges_at = 0);

// A tiny model with weights drawn from `seed`.
std::unique_ptr<Model> make_tiny(Quirk quirk = Quirk::kNone, std::uint64_t seed = 1,
                                 int diverges_at = 0);

// A small network of the same input that learns by predicting removed quarters of it. It has no
// classifier; no parameters to set.
ModelEntry tiny_masked_entry();
std::unique_ptr<Model> make_tiny_masked(std::uint64_t seed = 1);

}  // namespace yardstick::test
