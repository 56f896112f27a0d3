#pragma once

#include <yardstick/model.h>

#include <cstdint>
#include <optional>

namespace yardstick {

// How many classes `model`, in training mode, tells apart: as its head says, or else as many logits
// as it gives for the first sample of `batch`, in evaluation mode and without gradients, so that
// nothing of the model moves. Nothing where it computes no logits. Leaves it in training mode.
std::optional<std::int64_t> model_classes(Model& model, const Batch& batch);

}  // namespace yardstick
