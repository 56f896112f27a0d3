#include "runners/mixup.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace yardstick {
namespace {

constexpr std::string_view kPurpose = "mixup";

// timm keeps the shares of single samples, and their square roots, in single precision.
template <typename Real>
CutBox box_around(std::int64_t height, std::int64_t width, Real share, std::int64_t centre_y,
                  std::int64_t centre_x, BoxRule rule) {
  const Real ratio = std::sqrt(Real(1) - share);
  const auto side = [ratio](std::int64_t whole) {
    return static_cast<std::int64_t>(static_cast<Real>(whole) * ratio);
  };
  const std::int64_t box_height = side(height), box_width = side(width);
  const std::int64_t extra = rule == BoxRule::kUpperHalf ? 1 : 0;
  CutBox box;
  box.y0 = std::clamp<std::int64_t>(centre_y - box_height / 2, 0, height);
  box.y1 = std::clamp<std::int64_t>(centre_y + (box_height + extra) / 2, 0, height);
  box.x0 = std::clamp<std::int64_t>(centre_x - box_width / 2, 0, width);
  box.x1 = std::clamp<std::int64_t>(centre_x + (box_width + extra) / 2, 0, width);
  return box;
}

double share_outside(const CutBox& box, std::int64_t height, std::int64_t width) {
  return 1.0 - static_cast<double>((box.y1 - box.y0) * (box.x1 - box.x0)) /
                   static_cast<double>(height * width);
}

CutBox box_of(const MixupDraw& draw, const MixupConfig& config, std::int64_t height,
              std::int64_t width) {
  const auto& [first, second, third, fourth] = draw.position;
  CutBox box;
  if (config.cutmix_minmax) {
    box = {third, third + first, fourth, fourth + second, 1};
  } else if (config.mode == MixupMode::kBatch) {
    box = box_around(height, width, draw.share, first, second, config.box_rule);
  } else {
    box = box_around(height, width, static_cast<float>(draw.share), first, second, config.box_rule);
  }
  const bool is_corrected = config.correct_share || config.cutmix_minmax.has_value();
  box.share = is_corrected ? share_outside(box, height, width) : draw.share;
  return box;
}

// How many draws a batch takes.
std::int64_t draw_count(MixupMode mode, std::int64_t batch) {
  switch (mode) {
    case MixupMode::kBatch:
      return 1;
    case MixupMode::kPair:
    case MixupMode::kHalf:
      return batch / 2;
    case MixupMode::kElem:
      break;
  }
  return batch;
}

// The draw that sample `i` of `batch` goes by.
std::size_t draw_of(MixupMode mode, std::int64_t i, std::int64_t batch) {
  if (mode == MixupMode::kBatch) return 0;
  if (mode == MixupMode::kPair) i = std::min(i, batch - 1 - i);
  return static_cast<std::size_t>(i);
}

// `values` [n] as a factor of [n, ...] tensors with `dims` dimensions.
at::Tensor factor(const std::vector<double>& values, std::int64_t dims, at::TensorOptions options) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(dims), 1);
  shape[0] = static_cast<std::int64_t>(values.size());
  return at::tensor(values, at::kDouble).to(options).reshape(shape);
}

at::Tensor blend(const at::Tensor& images, const at::Tensor& partners,
                 const std::vector<double>& shares) {
  std::vector<double> complements;
  for (const double share : shares) complements.push_back(1.0 - share);
  const bool is_bytes = images.scalar_type() == at::kByte;
  const at::TensorOptions options =
      images.options().dtype(is_bytes ? at::kFloat : images.scalar_type());
  at::Tensor mixed = images * factor(shares, images.dim(), options);
  mixed.add_(partners * factor(complements, images.dim(), options));
  return is_bytes ? mixed.round_().to(at::kByte) : mixed;  // round() is half to even
}

at::Tensor region(const at::Tensor& images, const CutBox& box) {
  return images.narrow(-2, box.y0, box.y1 - box.y0).narrow(-1, box.x0, box.x1 - box.x0);
}

at::Tensor soft_targets(const at::Tensor& targets, const MixupConfig& config) {
  const double smoothing = config.label_smoothing;
  if (targets.dim() == 2) {  // each class is a question of its own, with two answers
    return targets.to(at::kFloat) * (1.0 - smoothing) + smoothing / 2;
  }
  const double off = smoothing / static_cast<double>(config.classes);
  const double on = 1.0 - smoothing + off;
  return at::full({targets.size(0), config.classes}, off, targets.options().dtype(at::kFloat))
      .scatter_(1, targets.unsqueeze(1), on);
}

void check(const at::Tensor& images, const MixupConfig& config,
           const std::vector<MixupDraw>& draws) {
  const std::int64_t batch = images.size(0);
  if (batch % 2 != 0) {
    throw_user(concat("mixup takes an even batch, not ", batch), "change batch_size");
  }
  YS_CHECK(static_cast<std::int64_t>(draws.size()) == draw_count(config.mode, batch));
  YS_CHECK(config.classes > 0);
}

// A share from Beta(alpha, alpha), by inversion.
double draw_share(double alpha, RandomDraws& draws) {
  return boost::math::ibeta_inv(alpha, alpha, draws.uniform(kPurpose));
}

// Uniform in [from, to), or `from` where that is empty.
std::int64_t draw_integer(std::int64_t from, std::int64_t to, RandomDraws& draws) {
  const double span = static_cast<double>(std::max<std::int64_t>(to - from, 1));
  const auto offset = static_cast<std::int64_t>(draws.uniform(kPurpose) * span);
  return from + std::min(offset, static_cast<std::int64_t>(span) - 1);
}

void draw_position(MixupDraw& draw, const MixupConfig& config, const MixupShape& shape,
                   RandomDraws& draws) {
  if (!config.cutmix_minmax) {
    draw.position = {draw_integer(0, shape.height, draws), draw_integer(0, shape.width, draws)};
    return;
  }
  const auto [least, most] = *config.cutmix_minmax;
  const auto side = [&, lo = least, hi = most](std::int64_t whole) {
    const auto extent = static_cast<double>(whole);
    return draw_integer(static_cast<std::int64_t>(extent * lo),
                        static_cast<std::int64_t>(extent * hi), draws);
  };
  const std::int64_t height = side(shape.height);
  const std::int64_t width = side(shape.width);
  // timm's later rule lets the box touch the far edge.
  const std::int64_t extra = config.box_rule == BoxRule::kUpperHalf ? 1 : 0;
  const std::int64_t top = draw_integer(0, shape.height - height + extra, draws);
  const std::int64_t left = draw_integer(0, shape.width - width + extra, draws);
  draw.position = {height, width, top, left};
}

double cutmix_alpha(const MixupConfig& config) {
  return config.cutmix_minmax ? 1.0 : config.cutmix_alpha;  // as timm sets it
}

std::vector<MixupDraw> draw_batch(const MixupConfig& config, RandomDraws& draws) {
  MixupDraw draw;
  if (draws.uniform(kPurpose) >= config.probability) return {draw};
  const double cut_alpha = cutmix_alpha(config);
  const bool has_both = cut_alpha > 0 && config.mixup_alpha > 0;
  draw.is_cut = has_both ? draws.uniform(kPurpose) < config.switch_probability : cut_alpha > 0;
  draw.share = draw_share(draw.is_cut ? cut_alpha : config.mixup_alpha, draws);
  return {draw};
}

std::vector<MixupDraw> draw_samples(const MixupConfig& config, std::int64_t count,
                                    RandomDraws& draws) {
  std::vector<MixupDraw> all(static_cast<std::size_t>(count));
  const double cut_alpha = cutmix_alpha(config);
  const bool has_both = cut_alpha > 0 && config.mixup_alpha > 0;
  for (MixupDraw& one : all) {
    one.is_cut = has_both ? draws.uniform(kPurpose) < config.switch_probability : cut_alpha > 0;
  }
  const auto draw_shares = [&](double alpha, bool is_for_cut) {
    if (alpha <= 0) return;
    for (MixupDraw& one : all) {
      const double share = draw_share(alpha, draws);
      if (one.is_cut == is_for_cut) one.share = share;
    }
  };
  draw_shares(cut_alpha, /*is_for_cut=*/true);
  draw_shares(config.mixup_alpha, /*is_for_cut=*/false);
  for (MixupDraw& one : all) {
    if (draws.uniform(kPurpose) >= config.probability) one.share = 1;
  }
  return all;
}

}  // namespace

CutBox cutmix_box(std::int64_t height, std::int64_t width, double share, std::int64_t centre_y,
                  std::int64_t centre_x, BoxRule rule) {
  CutBox box = box_around(height, width, share, centre_y, centre_x, rule);
  box.share = share_outside(box, height, width);
  return box;
}

MixedBatch mix(const at::Tensor& images, const at::Tensor& targets, const MixupConfig& config,
               const std::vector<MixupDraw>& draws) {
  check(images, config, draws);
  const std::int64_t batch = images.size(0);
  const std::int64_t results = config.mode == MixupMode::kHalf ? batch / 2 : batch;
  const at::Tensor partners = images.flip(0);

  std::vector<double> pixel_shares, target_shares;
  std::vector<std::pair<std::int64_t, CutBox>> boxes;  // by sample
  for (std::int64_t i = 0; i < results; ++i) {
    const MixupDraw& draw = draws[draw_of(config.mode, i, batch)];
    const bool is_cut = draw.is_cut && draw.share != 1;
    const double share =
        config.mode == MixupMode::kBatch ? draw.share : static_cast<float>(draw.share);
    pixel_shares.push_back(is_cut ? 1.0 : share);
    target_shares.push_back(share);
    if (!is_cut) continue;
    boxes.emplace_back(i, box_of(draw, config, images.size(-2), images.size(-1)));
    target_shares.back() = boxes.back().second.share;
  }

  MixedBatch mixed;
  const at::Tensor kept = images.narrow(0, 0, results);
  const bool is_blended = std::ranges::any_of(pixel_shares, [](double s) { return s != 1; });
  mixed.images =
      is_blended ? blend(kept, partners.narrow(0, 0, results), pixel_shares) : kept.clone();
  if (config.mode == MixupMode::kBatch && !boxes.empty()) {
    region(mixed.images, boxes[0].second).copy_(region(partners, boxes[0].second));
  } else {
    for (const auto& [i, box] : boxes) {
      region(mixed.images[i], box).copy_(region(partners[i], box));
    }
  }

  const at::Tensor own = soft_targets(targets, config);
  std::vector<double> complements;
  for (const double share : target_shares) complements.push_back(1.0 - share);
  mixed.targets = own.narrow(0, 0, results) * factor(target_shares, 2, own.options()) +
                  own.flip(0).narrow(0, 0, results) * factor(complements, 2, own.options());
  return mixed;
}

std::vector<MixupDraw> draw_mixup(const MixupConfig& config, const MixupShape& shape,
                                  RandomDraws& draws) {
  YS_CHECK(config.is_on());
  std::vector<MixupDraw> all =
      config.mode == MixupMode::kBatch
          ? draw_batch(config, draws)
          : draw_samples(config, draw_count(config.mode, shape.batch), draws);
  for (MixupDraw& one : all) {
    if (one.is_cut && one.share != 1) draw_position(one, config, shape, draws);
  }
  return all;
}

}  // namespace yardstick
