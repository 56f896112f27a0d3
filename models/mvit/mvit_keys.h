#pragma once

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of facebookresearch/SlowFast or facebookresearch/mvit into a plain or
// reversible MViT. Names are the official ones; "model_state." and wrappers such as "module." are
// taken off, and what a training script saved beside them is left out. Convolutions over space
// alone may have two or three dimensions: image checkpoints have both. Tables of relative positions
// for another size of input are interpolated as the official network does it on every pass. With
// reset_head a head that does not fit stays random. Throws Data where class counts differ
// otherwise, and where absolute position embeddings are of another size of input: those are not
// resized.
LoadReport load_mvit_weights(torch::nn::Module& net, const TensorMap& weights,
                             const LoadOptions& options);

}  // namespace yardstick
