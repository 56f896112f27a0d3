#pragma once

#include <yardstick/golden.h>

namespace yardstick {

// Throws Data, naming what `family` implements, unless the case is a pass of masked pre-training:
// entry "pretrain" with method "masked_autoencoding".
void require_pretraining_entry(const GoldenCase& golden);

// Runs the model's MaskedPretrainer in the case's mode on in.image or in.video with in.noise and
// the method's mask_ratio. Returns the loss, with its graph, and every activation wanted that the
// model records under that name. Throws Data where the case has no noise or the model no such
// capability.
TensorMap compute_pretraining(Model& model, const GoldenCase& golden);

}  // namespace yardstick
