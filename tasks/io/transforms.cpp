#include "tasks/io/transforms.h"

#include <yardstick/check.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace yardstick {
namespace {

// Half of `slack`, as Python rounds it: half to even.
int half_to_even(int slack) { return slack / 2 + (slack % 2 == 1 && slack / 2 % 2 == 1 ? 1 : 0); }

int round_half_even(double value) { return static_cast<int>(std::nearbyint(value)); }

struct Box {
  int x, y, width, height;
};

// torchvision.transforms.RandomResizedCrop.get_params, with the draws in its order.
Box random_box(int width_px, int height_px, const Augmentation& augmentation,
               SampleRandom& random) {
  constexpr int kTries = 10;
  const double area = static_cast<double>(width_px) * height_px;
  const double log_min = std::log(augmentation.min_ratio);
  const double log_max = std::log(augmentation.max_ratio);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double target = area * random.uniform(augmentation.min_scale, augmentation.max_scale);
    const double ratio = std::exp(random.uniform(log_min, log_max));
    const int width = round_half_even(std::sqrt(target * ratio));
    const int height = round_half_even(std::sqrt(target / ratio));
    if (width > 0 && width <= width_px && height > 0 && height <= height_px) {
      const int y =
          static_cast<int>(random.below(static_cast<std::uint64_t>(height_px - height + 1)));
      const int x =
          static_cast<int>(random.below(static_cast<std::uint64_t>(width_px - width + 1)));
      return {x, y, width, height};
    }
  }
  int width = width_px;
  int height = height_px;
  const double in_ratio = static_cast<double>(width_px) / height_px;
  if (in_ratio < augmentation.min_ratio) {
    height = std::clamp(round_half_even(width / augmentation.min_ratio), 1, height_px);
  } else if (in_ratio > augmentation.max_ratio) {
    width = std::clamp(round_half_even(height * augmentation.max_ratio), 1, width_px);
  }
  return {(width_px - width) / 2, (height_px - height) / 2, width, height};
}

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
  return plan;
}

CropPlan training_plan(int width_px, int height_px, const Preprocessing& preprocessing,
                       const Augmentation& augmentation, SampleRandom& random) {
  CropPlan plan = evaluation_plan(width_px, height_px, preprocessing);
  if (augmentation.random_resized_crop) {
    const Box box = random_box(width_px, height_px, augmentation, random);
    plan.box_x = box.x;
    plan.box_y = box.y;
    plan.box_width = box.width;
    plan.box_height = box.height;
    plan.resized_width = plan.resized_height = plan.crop_px;
    plan.crop_x = plan.crop_y = 0;
  }
  // Always drawn, so that a sample's later draws do not depend on the probability.
  plan.is_flipped = random.uniform(0.0, 1.0) < augmentation.flip_probability;
  return plan;
}

Preprocessor::Preprocessor(const Preprocessing& preprocessing, const ResizeKernels& kernels)
    : interpolation_(preprocessing.interpolation), kernels_(kernels) {
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

void Preprocessor::run(ImageDecoder& decoder, const CropPlan& plan, float* chw) {
  const ResampleAxis horizontal = make_resample_axis(plan.box_width, plan.resized_width,
                                                     plan.crop_x, plan.crop_px, interpolation_);
  const ResampleAxis vertical = make_resample_axis(plan.box_height, plan.resized_height,
                                                   plan.crop_y, plan.crop_px, interpolation_);
  StreamingResize resize(horizontal, vertical, kernels_);
  const int first_column = plan.box_x + horizontal.in_first;
  decoder.limit_columns(first_column, horizontal.in_end - horizontal.in_first);
  row_.resize(std::size_t{4} * decoder.width_px() + ResizeKernels::kReadMargin);

  const std::size_t side = plan.crop_px;
  std::size_t out_y = 0;
  const int first_row = plan.box_y + vertical.in_first;
  const int end_row = plan.box_y + vertical.in_end;
  for (int y = 0; y < decoder.height_px(); ++y) {
    decoder.read_row(row_.data());
    if (y < first_row || y >= end_row) continue;
    resize.add_row(row_.data() + std::ptrdiff_t{4} * first_column);
    while (const std::uint8_t* planes = resize.next_row()) {
      for (std::size_t c = 0; c < 3; ++c) {
        const std::uint8_t* in = planes + static_cast<std::ptrdiff_t>(c) * resize.stride();
        const std::array<float, 256>& table = normalized_[c];
        float* out = chw + (c * side + out_y) * side;
        if (plan.is_flipped) {
          for (std::size_t x = 0; x < side; ++x) out[side - 1 - x] = table[in[x]];
        } else {
          for (std::size_t x = 0; x < side; ++x) out[x] = table[in[x]];
        }
      }
      ++out_y;
    }
  }
  decoder.finish();
  YS_CHECK(out_y == side, out_y);
}

}  // namespace yardstick
