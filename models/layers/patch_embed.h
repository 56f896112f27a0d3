#pragma once

#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace yardstick::layers {

// Per spatial dimension, outermost first: [H, W] for images, [T, H, W] for clips.
struct PatchEmbedConfig {
  std::int64_t channels = 3;
  std::int64_t width = 0;
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> stride;
  std::vector<std::int64_t> padding;
  bool has_bias = true;
};

// A convolution of two or three dimensions with torch.nn.ConvNd's names.
class Convolution : public torch::nn::Module {
 public:
  explicit Convolution(const PatchEmbedConfig& config);

  at::Tensor forward(const at::Tensor& x) const;  // [B, C, spatial...] -> [B, width, grid...]

  // Patches along each dimension of x [B, C, spatial...], where they neither overlap nor leave a
  // rest; else nothing.
  std::optional<std::vector<std::int64_t>> disjoint_grid(const at::Tensor& x) const;
  // The same as one matrix product, where there is a disjoint_grid(x): -> [B, patches, width],
  // contiguous.
  at::Tensor multiply_patches(const at::Tensor& x) const;

  at::Tensor weight;  // [width, channels, kernel...]
  at::Tensor bias;    // [width], undefined without bias

 private:
  std::vector<std::int64_t> stride_;
  std::vector<std::int64_t> padding_;
};

// Cuts x [B, C, spatial...] into disjoint patches of `kernel`, which must divide its sizes: -> [B,
// patches, C k0 k1 ...], patches row by row, values in the order of a convolution's weight.
at::Tensor cut_patches(const at::Tensor& x, at::IntArrayRef kernel);

// Cuts the input into patches and embeds each: a convolution named proj.
class PatchEmbed : public torch::nn::Module {
 public:
  explicit PatchEmbed(const PatchEmbedConfig& config);

  // [B, C, spatial...] -> [B, patches, width], patches row by row; may be a strided view.
  at::Tensor forward(const at::Tensor& x, const TapScope& tap) const;

 private:
  std::shared_ptr<Convolution> proj_;
};

}  // namespace yardstick::layers
