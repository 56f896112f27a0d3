#pragma once

#include "models/hiera/hiera_config.h"
#include "models/hiera/masked_hiera_config.h"

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of the official code or of timm, whichever names the model has:
// head.projection and norm are timm's head.fc and head.norm, encoder_norm is a pre-trained model's
// norm. Wrappers ("model_state.", "module.") are taken off. A joint position embedding of another
// square grid is interpolated bicubically. With reset_head, a pre-trained masked auto-encoder loads
// too, without its decoder. Throws Data where class counts differ otherwise; names that differ are
// in the report.
LoadReport load_hiera_weights(torch::nn::Module& net, const HieraConfig& config,
                              const TensorMap& weights, const LoadOptions& options);

// Loads a masked auto-encoder's checkpoint. Position embeddings of another square grid are
// interpolated bicubically, the encoder's and the decoder's.
LoadReport load_masked_hiera_weights(torch::nn::Module& net, const MaskedHieraConfig& config,
                                     const TensorMap& weights, const LoadOptions& options);

// Loads the trunk alone or out of a whole SAM 2 checkpoint, whose other tensors ("memory_encoder.",
// "sam_mask_decoder.") are ignored.
LoadReport load_sam2_weights(torch::nn::Module& net, const TensorMap& weights,
                             const LoadOptions& options);

}  // namespace yardstick
