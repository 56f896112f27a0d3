#pragma once

#include <yardstick/golden.h>

#include <memory>

namespace yardstick {

// Answers golden cases of timm's VisionTransformer and VisionTransformerDistilled, of MAE's
// models_vit.VisionTransformer and of SWAG's: classification, its loss, linear probing and position
// interpolation.
GoldenFamily vit_golden_family();

// The network of a case's constructor and config, with unset weights and without the case's method:
// for families of methods. Throws Data on another constructor or entry.
std::unique_ptr<Model> make_vit_of_case(const GoldenCase& golden);

}  // namespace yardstick
