#pragma once

#include <yardstick/model.h>
#include <yardstick/token_reduction.h>

#include <cstdint>
#include <vector>

namespace yardstick {

// How many tokens each block keeps, those of the prefix included: after pruning, and after the
// merging that follows it. A number above what is left keeps all.
struct KeptTokens {
  std::vector<std::int64_t> prune;
  std::vector<std::int64_t> merge;
};

// What DiffRate's own count of multiply-accumulates reads off a network (calculate_flop_inference,
// patch/deit.py of OpenGVLab/DiffRate). It takes every MLP to be four times as wide as a token, and
// a projection of patches for the class token too.
struct DiffRateMacs {
  double width = 0;
  double tokens = 0;
  double patch_values = 0;  // of one patch, over its channels
  double classes = 0;

  // Requires: diffrate_refusal(model) is empty.
  static DiffRateMacs of(Model& model);

  double ends() const { return tokens * width * patch_values + width * classes; }
  // With `entering` tokens. Number: double, or a scalar tensor with its graph.
  template <typename Number>
  Number attention(const Number& entering) const {
    return 4 * width * width * entering + 2 * width * entering * entering;
  }
  template <typename Number>
  Number mlp(const Number& kept) const {
    return 8 * width * width * kept;
  }
  // Of one input. Requires: lists of one length.
  double total(const KeptTokens& kept) const;
};

}  // namespace yardstick
