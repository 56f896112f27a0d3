#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace yardstick {

// Noise with the statistics of normalised photographs: smooth structure at several scales, little
// detail, mean 0 and deviation 1. float, [N, C, ..., H, W]. Never constant, so that no operator
// takes a short cut.
at::Tensor image_like_noise(const std::vector<std::int64_t>& shape, std::uint64_t seed);

// `count` batches of [batch_size, ...shape] on the CPU: samples of `images` ([M, ...shape]) in
// turn, or image-like noise where that is undefined. Throws User where the images have another
// shape.
std::vector<at::Tensor> make_input_buffers(const std::vector<std::int64_t>& shape,
                                           std::int64_t batch_size, std::int64_t count,
                                           std::uint64_t seed, const at::Tensor& images);

}  // namespace yardstick
