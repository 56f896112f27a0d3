#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// in.`name` of a case. Throws Data where it has none.
const at::Tensor& case_input(const GoldenCase& golden, const char* name);

// compute_classification of a model whose tokens a method reduces, by the names of the cases of
// tome, pitome and diffrate: class indices are in.label, and "blockI" are the tokens after block I,
// "blockI.size" their sizes; "size" and "source" are the last block's.
TensorMap compute_reduced_classification(Model& model, const GoldenCase& golden);

}  // namespace yardstick
