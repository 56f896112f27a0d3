#pragma once

#include <yardstick/export.h>
#include <yardstick/model.h>

#include <ATen/core/Tensor.h>

#include <string>

namespace yardstick {

// What a token reducer (token_reduction.h) may be besides: one whose reduction is learned, so that
// its cost can be part of a loss (DiffRate, arXiv 2305.17997).
class YS_API LearnedCost {
 public:
  virtual ~LearnedCost();
  // Multiply-accumulates of one input by the last forward pass in training mode: a float32 scalar
  // with its graph down to the parameters that decide it. Undefined before the first such pass.
  virtual at::Tensor macs() const = 0;
  // What has been learned so far, for a record: in the form that the method takes as given.
  virtual std::string learned() const = 0;
};

// The learned cost of the reducer that acts on `model`, or null; it lives as long as that reducer.
YS_API const LearnedCost* learned_cost(Model& model);

}  // namespace yardstick
