#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// Method "linear_probe": a head of batch norm and linear layer on frozen features, as MAE's
// main_linprobe trains (arXiv 2111.06377, appendix A.1). Acts on any model with ReplaceableHead.
void register_linear_probe(Registrar& registrar);

}  // namespace yardstick
