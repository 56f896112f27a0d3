#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Runs a reversible classifier on in.x in the case's mode, with the masks of in.drop_path ([DEPTH,
// B], 1 keeps) in the place of draws where the case has them. Returns what is wanted of: logits,
// probs (by the config's MODEL.HEAD_ACT), loss (of in.target), grad_x (its gradient by in.x),
// backbone and layer<i>.<what> (recorded as rev_backbone and rev_backbone.layers.<i>.<what>), and
// every other activation under its own name. Throws Data where drop path has no masks while
// training.
TensorMap compute_reversible_classification(Model& model, const GoldenCase& golden);

// The same of the plain network of that configuration, which records layer<i> as blocks.<i>. The
// two branches of its blocks drop apart: in.drop_path may also be [DEPTH, 2, B], attention's row
// first; as [DEPTH, B] it says the same of both.
TensorMap compute_plain_classification(Model& model, const GoldenCase& golden);

}  // namespace yardstick
