#include "cli/picture_grid.h"

#include "tasks/io/png_writer.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cstdint>

namespace yardstick::cli {
namespace {

constexpr std::int64_t kGapPx = 4;
constexpr std::int64_t kWishedPx = 112;  // side below which pictures are magnified
constexpr std::int64_t kWhite = 255;

// [N, 3, T, H, W] -> [2 N, 3, H, W], or [N, ...] of a single frame.
at::Tensor middle_frames(const at::Tensor& clips) {
  const std::int64_t frames = clips.size(2);
  const std::int64_t first = std::max<std::int64_t>(frames / 2 - 1, 0);
  const at::Tensor middle = clips.slice(2, first, std::min(first + 2, frames));
  return middle.transpose(1, 2).flatten(0, 1);
}

// uint8 [N, H, W, 3]
at::Tensor to_bytes(const at::Tensor& row, const Preprocessing& preprocessing) {
  const at::Tensor pictures = row.dim() == 5 ? middle_frames(row) : row;
  const at::Tensor mean = at::tensor(at::ArrayRef<double>(preprocessing.mean), at::kFloat);
  const at::Tensor std = at::tensor(at::ArrayRef<double>(preprocessing.std), at::kFloat);
  return (pictures.to(at::kFloat).permute({0, 2, 3, 1}) * std + mean)
      .clamp(0, 1)
      .mul(kWhite)
      .round()
      .to(at::kByte);
}

at::Tensor magnified(const at::Tensor& bytes) {
  const std::int64_t factor = std::max<std::int64_t>(kWishedPx / bytes.size(1), 1);
  return bytes.repeat_interleave(factor, 1).repeat_interleave(factor, 2);
}

}  // namespace

std::string draw_grid(const std::vector<at::Tensor>& rows, const Preprocessing& preprocessing) {
  YS_CHECK(!rows.empty() && rows[0].dim() >= 4 && rows[0].numel() > 0);
  at::Tensor canvas;  // [height, width, 3]
  std::int64_t top = kGapPx;
  for (const at::Tensor& row : rows) {
    YS_CHECK(row.sizes() == rows[0].sizes(), row.sizes());
    const at::Tensor pictures = magnified(to_bytes(row, preprocessing));
    const std::int64_t height = pictures.size(1);
    const std::int64_t width = pictures.size(2);
    if (!canvas.defined()) {
      canvas = at::full({kGapPx + static_cast<std::int64_t>(rows.size()) * (height + kGapPx),
                         kGapPx + pictures.size(0) * (width + kGapPx), 3},
                        kWhite, at::kByte);
    }
    for (std::int64_t i = 0; i < pictures.size(0); ++i) {
      canvas.narrow(0, top, height)
          .narrow(1, kGapPx + i * (width + kGapPx), width)
          .copy_(pictures[i]);
    }
    top += height + kGapPx;
  }
  const auto* bytes = canvas.const_data_ptr<std::uint8_t>();
  return encode_png({.width_px = static_cast<int>(canvas.size(1)),
                     .height_px = static_cast<int>(canvas.size(0)),
                     .rgb = {bytes, bytes + canvas.numel()}});
}

}  // namespace yardstick::cli
