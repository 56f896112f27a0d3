#include "models/hiera/masked_hiera_config.h"

#include <yardstick/error.h>

#include <functional>
#include <numeric>

namespace yardstick {
namespace {

std::int64_t product(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{1}, std::multiplies<>());
}

// How often `stride` divides `size`, down to 1.
std::int64_t steps_of(std::int64_t size, std::int64_t stride) {
  std::int64_t steps = 0;
  for (; stride > 1 && size % stride == 0; size /= stride) ++steps;
  return steps;
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  for (std::int64_t i = 0; i < exponent; ++i) result *= base;
  return result;
}

}  // namespace

std::vector<std::int64_t> MaskedHieraConfig::unit_grid() const {
  std::vector<std::int64_t> sizes = encoder.grid();
  for (std::size_t d = 0; d < sizes.size(); ++d) sizes[d] /= encoder.mask_unit[d];
  return sizes;
}

std::vector<std::int64_t> MaskedHieraConfig::unit_px() const {
  std::vector<std::int64_t> sizes = encoder.mask_unit;
  for (std::size_t d = 0; d < sizes.size(); ++d) sizes[d] *= encoder.patch_stride[d];
  return sizes;
}

std::vector<std::int64_t> MaskedHieraConfig::final_unit() const {
  std::vector<std::int64_t> sizes = encoder.mask_unit;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    sizes[d] /= power(encoder.pool_stride[d], encoder.pooled_stages);
  }
  return sizes;
}

std::vector<std::int64_t> MaskedHieraConfig::final_grid() const {
  std::vector<std::int64_t> sizes = unit_grid();
  const std::vector<std::int64_t> unit = final_unit();
  for (std::size_t d = 0; d < sizes.size(); ++d) sizes[d] *= unit[d];
  return sizes;
}

std::int64_t MaskedHieraConfig::unit_steps() const {
  return steps_of(encoder.mask_unit.back(), encoder.pool_stride.back());
}

std::int64_t MaskedHieraConfig::units() const { return product(unit_grid()); }

std::int64_t MaskedHieraConfig::final_tokens() const { return product(final_unit()); }

std::int64_t MaskedHieraConfig::target_px() const {
  return encoder.patch_stride.back() * power(encoder.pool_stride.back(), encoder.pooled_stages);
}

std::int64_t MaskedHieraConfig::target_frames() const {
  return encoder.input.size() == 3 ? encoder.patch_stride[0] : 1;
}

std::int64_t MaskedHieraConfig::target_values() const {
  return target_px() * target_px() * encoder.channels;
}

std::optional<std::string> problem_of(const MaskedHieraConfig& config) {
  const HieraConfig& encoder = config.encoder;
  if (auto problem = problem_of(encoder)) return problem;
  if (encoder.names != HieraNames::kOfficial ||
      encoder.positions == HieraPositions::kAbsoluteWindow) {
    return "only the official Hiera has a masked auto-encoder";
  }
  const std::size_t dims = encoder.input.size();
  const std::int64_t steps = config.unit_steps();
  for (std::size_t d = 0; d < dims; ++d) {
    if (power(encoder.pool_stride[d], steps) != encoder.mask_unit[d]) {
      return concat("a mask unit of ", encoder.mask_unit[d], " tokens is not pooled to one by ",
                    steps, " strides of ", encoder.pool_stride[d]);
    }
  }
  if (steps < encoder.pooled_stages) {
    return concat(encoder.pooled_stages, " pooling transitions leave a mask unit without tokens");
  }
  if (encoder.patch_stride[dims - 2] != encoder.patch_stride[dims - 1] ||
      encoder.pool_stride[dims - 2] != encoder.pool_stride[dims - 1]) {
    return "what a token predicts must be square";
  }
  if (dims == 3 && encoder.pool_stride[0] != 1) return "clips must not be pooled over time";
  if (config.units() < 2) return "an input of one mask unit cannot be masked";
  if (config.decoder_width < 1 || config.decoder_depth < 1 || config.decoder_heads < 1) {
    return "the decoder's width, depth and heads must be positive";
  }
  if (config.decoder_width % config.decoder_heads != 0) {
    return concat("decoder width ", config.decoder_width, " cannot be divided among ",
                  config.decoder_heads, " heads");
  }
  if (config.mask_ratio <= 0 || config.mask_ratio >= 1) {
    return "the mask ratio must lie between 0 and 1";
  }
  return std::nullopt;
}

}  // namespace yardstick
