#pragma once

#include <yardstick/weights.h>

namespace yardstick {

// Loads a checkpoint of mae_st or of SlowFast into a VideoVit or a VideoMae. Names are the official
// ones; wrappers such as "module." and "model_state." are taken off, and SlowFast's head.projection
// is the head. With reset_head a pre-training checkpoint loads into a classifier: its decoder is
// left out, the head stays random. Throws Data where class counts differ otherwise, and where
// position embeddings are of another clip size: no official code resizes them. Names that differ
// are in the report.
LoadReport load_video_weights(torch::nn::Module& net, const TensorMap& weights,
                              const LoadOptions& options);

}  // namespace yardstick
