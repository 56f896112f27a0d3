#pragma once

#include <yardstick/registry.h>

namespace yardstick {

// "masked_autoencoding": predict the removed parts of the input, by the model's own
// MaskedPretrainer: MAE (arXiv 2111.06377), its video form (2205.09113), Hiera (2306.00989). The
// masks come from the draws "mask". Parameter mask_ratio; 0 is the model's own default.
void register_masked_autoencoding(Registrar& registrar);

}  // namespace yardstick
