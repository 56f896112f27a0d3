#pragma once

#include <yardstick/objective.h>

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace yardstick {

enum class MixupMode {
  kBatch,  // one share and box for all
  kPair,   // a sample and its partner share them
  kElem,   // each sample its own
  kHalf,   // the first half of the batch, mixed with the second
};

// How an odd side is cut around its centre: [c - s / 2, c + s / 2), one pixel smaller (timm up to
// 1.0.29, so MAE's and DeiT's recipes; PySlowFast), or [c - s / 2, c + (s + 1) / 2).
enum class BoxRule { kLowerHalf, kUpperHalf };

// Mixup (arXiv 1710.09412) and CutMix (arXiv 1905.04899) as timm's Mixup combines them.
struct MixupConfig {
  double mixup_alpha = 0.8;  // 0: off
  double cutmix_alpha = 1;   // 0: off
  // Sides of the box as least and largest share of the image's, instead of from the drawn share.
  std::optional<std::pair<double, double>> cutmix_minmax = {};
  double probability = 1;           // of mixing at all
  double switch_probability = 0.5;  // of CutMix where both are on
  MixupMode mode = MixupMode::kBatch;
  BoxRule box_rule = BoxRule::kLowerHalf;
  bool correct_share = true;  // the share follows the box's true area
  double label_smoothing = 0.1;
  std::int64_t classes = 0;

  bool is_on() const { return mixup_alpha > 0 || cutmix_alpha > 0 || cutmix_minmax.has_value(); }
};

// The random numbers of one sample (kElem), of a pair (kPair, kHalf) or of the batch.
struct MixupDraw {
  double share = 1;  // of the sample itself, Beta(alpha, alpha); 1: left as it is
  bool is_cut = false;
  // Of the box: centre y and x; with cutmix_minmax its height, width, top and left.
  std::array<std::int64_t, 4> position = {};
};

// A box [y0, y1) x [x0, x1) and the share of the image outside it.
struct CutBox {
  std::int64_t y0 = 0, y1 = 0, x0 = 0, x1 = 0;
  double share = 1;
};

// Around (centre_y, centre_x) with sides int(side * sqrt(1 - share)), clipped to the image.
CutBox cutmix_box(std::int64_t height, std::int64_t width, double share, std::int64_t centre_y,
                  std::int64_t centre_x, BoxRule rule);

struct MixedBatch {
  at::Tensor images;
  at::Tensor targets;  // float [N, classes]
};

// Mixes sample i with sample N - 1 - i. `images` are [N, ..., H, W], floating (mixed in their type)
// or uint8 (rounded half to even); `targets` int64 [N], or dense [N, classes] for several labels a
// sample. Targets become share * smoothed one-hot + (1 - share) * the partner's. `draws`: one, N /
// 2 or N, see MixupDraw. Throws User where N is odd.
MixedBatch mix(const at::Tensor& images, const at::Tensor& targets, const MixupConfig& config,
               const std::vector<MixupDraw>& draws);

// What is mixed: how many samples of which size.
struct MixupShape {
  std::int64_t batch = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

// Draws for mix() from the uniform numbers of "mixup", in timm's order. Batch: gate, switch, share,
// box. Others: all switches, CutMix shares, mixup shares, gates, then the boxes of what is cut. A
// number that timm would not ask for is not drawn.
std::vector<MixupDraw> draw_mixup(const MixupConfig& config, const MixupShape& shape,
                                  RandomDraws& draws);

}  // namespace yardstick
