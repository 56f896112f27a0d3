#include "runners/bench_inputs.h"

#include "runners/numerics.h"

#include <yardstick/error.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace yardstick {

at::Tensor image_like_noise(const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  const std::int64_t height = shape[shape.size() - 2];
  const std::int64_t width = shape.back();
  std::int64_t planes = 1;
  for (std::size_t i = 0; i + 2 < shape.size(); ++i) planes *= shape[i];

  at::Tensor sum = at::zeros({1, planes, height, width});
  // Amplitude falls with frequency, as in photographs.
  for (const std::int64_t cell : {64, 16, 4, 1}) {
    const std::int64_t rows = std::max<std::int64_t>(1, height / cell);
    const std::int64_t columns = std::max<std::int64_t>(1, width / cell);
    const at::Tensor coarse = at::randn({1, planes, rows, columns}, generator);
    sum += at::upsample_bilinear2d(coarse, {height, width}, /*align_corners=*/false) *
           (static_cast<double>(cell) / 16.0);
  }
  sum = (sum - sum.mean()) / sum.std(/*unbiased=*/false).clamp_min(1e-6);
  return sum.reshape(shape).contiguous();
}

std::vector<at::Tensor> make_input_buffers(const std::vector<std::int64_t>& shape,
                                           std::int64_t batch_size, std::int64_t count,
                                           std::uint64_t seed, const at::Tensor& images) {
  std::vector<std::int64_t> batch_shape = {batch_size};
  batch_shape.insert(batch_shape.end(), shape.begin(), shape.end());
  if (images.defined() &&
      (images.dim() != static_cast<std::int64_t>(batch_shape.size()) || images.size(0) == 0 ||
       images.sizes().slice(1) != at::IntArrayRef(shape))) {
    throw_user(concat("the images have shape ", images.sizes(), ", the model takes ",
                      at::IntArrayRef(shape), " each"));
  }
  std::vector<at::Tensor> buffers;
  for (std::int64_t i = 0; i < count; ++i) {
    if (images.defined()) {
      const at::Tensor order =
          at::arange(i * batch_size, (i + 1) * batch_size, at::kLong).remainder(images.size(0));
      buffers.push_back(images.to(at::kFloat).index_select(0, order));
    } else {
      buffers.push_back(
          image_like_noise(batch_shape, derive_seed(seed, static_cast<std::uint64_t>(i))));
    }
  }
  return buffers;
}

}  // namespace yardstick
