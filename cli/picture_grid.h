#pragma once

#include <yardstick/preprocessing.h>

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace yardstick::cli {

// A PNG of rows of pictures on a white ground, a column for each position. Every row is float
// [N, 3, H, W] as the model takes it, or [N, 3, T, H, W], of which the two middle frames stand side
// by side. `preprocessing` is undone; values beyond black and white are cut off. Small pictures are
// magnified by a whole factor, pixels kept sharp. Requires: rows of one shape, at least one
// picture.
std::string draw_grid(const std::vector<at::Tensor>& rows, const Preprocessing& preprocessing);

}  // namespace yardstick::cli
