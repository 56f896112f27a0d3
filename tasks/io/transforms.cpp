#include "tasks/io/transforms.h"

#include "tasks/io/augment/crop_box.h"

#include <yardstick/check.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace yardstick {
namespace {

// Half of `slack`, as Python rounds it: half to even.
int half_to_even(int slack) { return slack / 2 + (slack % 2 == 1 && slack / 2 % 2 == 1 ? 1 : 0); }

}  // namespace

CropPlan evaluation_plan(int width_px, int height_px, const Preprocessing& preprocessing) {
  const int crop = static_cast<int>(preprocessing.crop_px);
  const int target = static_cast<int>(std::floor(crop / preprocessing.crop_pct));
  const int shorter = std::min(width_px, height_px);
  const auto resized = [&](int side) {
    return static_cast<int>(static_cast<double>(std::int64_t{target} * side) / shorter);
  };
  CropPlan plan;
  plan.box_width = width_px;
  plan.box_height = height_px;
  plan.resized_width = resized(width_px);
  plan.resized_height = resized(height_px);
  plan.crop_px = crop;
  plan.crop_x = half_to_even(plan.resized_width - crop);
  plan.crop_y = half_to_even(plan.resized_height - crop);
  plan.interpolation = preprocessing.interpolation;
  return plan;
}

std::optional<Interpolation> fixed_interpolation(const Preprocessing& preprocessing,
                                                 const Augmentation& augmentation) {
  switch (augmentation.interpolation) {
    case TrainInterpolation::kAsEvaluation:
      return preprocessing.interpolation;
    case TrainInterpolation::kBilinear:
      return Interpolation::kBilinear;
    case TrainInterpolation::kBicubic:
      return Interpolation::kBicubic;
    case TrainInterpolation::kRandom:
      break;
  }
  return std::nullopt;
}

CropPlan training_plan(int width_px, int height_px, const Preprocessing& preprocessing,
                       const Augmentation& augmentation, Draws& draws) {
  CropPlan plan = evaluation_plan(width_px, height_px, preprocessing);
  if (augmentation.random_resized_crop) {
    const CropBox box = random_crop_box(width_px, height_px, augmentation, draws);
    plan.box_x = box.x;
    plan.box_y = box.y;
    plan.box_width = box.width;
    plan.box_height = box.height;
    plan.resized_width = plan.resized_height = plan.crop_px;
    plan.crop_x = plan.crop_y = 0;
    const auto fixed = fixed_interpolation(preprocessing, augmentation);
    plan.interpolation = fixed                 ? *fixed
                         : draws.below(2) == 1 ? Interpolation::kBicubic
                                               : Interpolation::kBilinear;
  }
  // Always drawn, so that a sample's later draws do not depend on the probability.
  plan.is_flipped = draws.uniform() < augmentation.flip_probability;
  return plan;
}

Preprocessor::Preprocessor(const Preprocessing& preprocessing, const ResizeKernels& kernels)
    : kernels_(kernels) {
  constexpr std::int64_t kMaxCrop = 16384;
  if (preprocessing.crop_px < 1 || preprocessing.crop_px > kMaxCrop) {
    throw_user(concat("a crop of ", preprocessing.crop_px, " pixels"),
               concat("it can be 1 to ", kMaxCrop));
  }
  const double shorter = static_cast<double>(preprocessing.crop_px) / preprocessing.crop_pct;
  if (!(preprocessing.crop_pct > 0.0 && preprocessing.crop_pct <= 1.0) || shorter > kMaxCrop) {
    throw_user(concat("a crop ratio of ", preprocessing.crop_pct),
               "it is above 0 and at most 1, usually 0.875 to 1");
  }
  for (int c = 0; c < 3; ++c) {
    const auto mean = static_cast<float>(preprocessing.mean[c]);
    const auto std = static_cast<float>(preprocessing.std[c]);
    for (int value = 0; value < 256; ++value) {
      normalized_[c][value] = (static_cast<float>(value) / 255.0F - mean) / std;
    }
  }
}

template <typename TakeRow>
void Preprocessor::crop_rows(ImageDecoder& decoder, const CropPlan& plan, TakeRow take_row) {
  const ResampleAxis horizontal = make_resample_axis(plan.box_width, plan.resized_width,
                                                     plan.crop_x, plan.crop_px, plan.interpolation);
  const ResampleAxis vertical = make_resample_axis(plan.box_height, plan.resized_height,
                                                   plan.crop_y, plan.crop_px, plan.interpolation);
  const PassOrder order =
      pass_order(plan.box_width, plan.box_height, plan.resized_width, plan.resized_height);
  StreamingResize resize(horizontal, vertical, order, kernels_);
  const int first_column = plan.box_x + horizontal.in_first;
  decoder.limit_columns(first_column, horizontal.in_end - horizontal.in_first);
  row_.resize(std::size_t{4} * decoder.width_px() + ResizeKernels::kReadMargin);

  std::size_t out_y = 0;
  const int first_row = plan.box_y + vertical.in_first;
  const int end_row = plan.box_y + vertical.in_end;
  for (int y = 0; y < decoder.height_px(); ++y) {
    decoder.read_row(row_.data());
    if (y < first_row || y >= end_row) continue;
    resize.add_row(row_.data() + std::ptrdiff_t{4} * first_column);
    while (const std::uint8_t* planes = resize.next_row()) {
      take_row(out_y, planes, resize.stride());
      ++out_y;
    }
  }
  decoder.finish();
  YS_CHECK(out_y == static_cast<std::size_t>(plan.crop_px), out_y);
}

void Preprocessor::run(ImageDecoder& decoder, const CropPlan& plan, float* chw) {
  const std::size_t side = plan.crop_px;
  crop_rows(decoder, plan,
            [&](std::size_t out_y, const std::uint8_t* planes, std::ptrdiff_t stride) {
              for (std::size_t c = 0; c < 3; ++c) {
                const std::uint8_t* in = planes + static_cast<std::ptrdiff_t>(c) * stride;
                const std::array<float, 256>& table = normalized_[c];
                float* out = chw + (c * side + out_y) * side;
                if (plan.is_flipped) {
                  for (std::size_t x = 0; x < side; ++x) out[side - 1 - x] = table[in[x]];
                } else {
                  for (std::size_t x = 0; x < side; ++x) out[x] = table[in[x]];
                }
              }
            });
}

void Preprocessor::crop(ImageDecoder& decoder, const CropPlan& plan, Image& cropped) {
  const std::size_t side = plan.crop_px;
  cropped.width_px = cropped.height_px = plan.crop_px;
  cropped.rgb.resize(3 * side * side);
  crop_rows(decoder, plan,
            [&](std::size_t out_y, const std::uint8_t* planes, std::ptrdiff_t stride) {
              std::uint8_t* row = cropped.rgb.data() + 3 * side * out_y;
              for (std::size_t x = 0; x < side; ++x) {
                std::uint8_t* pixel = row + 3 * (plan.is_flipped ? side - 1 - x : x);
                for (int c = 0; c < 3; ++c)
                  pixel[c] = planes[c * stride + static_cast<std::ptrdiff_t>(x)];
              }
            });
}

void Preprocessor::normalize(const Image& cropped, float* chw) const {
  const std::size_t area = cropped.rgb.size() / 3;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < area; ++i) {
      chw[c * area + i] = normalized_[c][cropped.rgb[3 * i + c]];
    }
  }
}

}  // namespace yardstick
