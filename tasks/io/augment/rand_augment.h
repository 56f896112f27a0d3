#pragma once

#include "tasks/io/augment/affine.h"
#include "tasks/io/augment/augment_op.h"
#include "tasks/io/augment/rand_augment_policy.h"
#include "tasks/io/draws.h"
#include "tasks/io/image.h"

#include <yardstick/preprocessing.h>

#include <array>
#include <optional>
#include <vector>

namespace yardstick {

// timm's fill for what rotations and the like uncover: the mean as bytes, rounded half to even.
Rgb fill_color(const std::array<double, 3>& mean);

// timm's RandAugment on bytes. Draws of an image, in order: all operations of the policy (a number
// below their count each, or with weights a uniform number each), then for each operation the gate
// (uniform; only where p < 1; left out above p), the magnitude (normal where mstd > 0, uniform
// where it is infinite), the sign (uniform; the other way above 0.5; only operations that have
// one), and the interpolation (below 2; only where it is random and used).
class RandAugment {
 public:
  // Without `interpolation` each use draws bilinear or bicubic. `side_px` is of the images to come.
  RandAugment(const RandAugmentPolicy& policy, const Rgb& fill,
              std::optional<Interpolation> interpolation, int side_px);

  void apply(Image& image, Draws& draws) const;

 private:
  std::vector<const AugmentOp*> choose(Draws& draws) const;
  void apply_one(const AugmentOp& op, Image& image, Draws& draws) const;

  RandAugmentPolicy policy_;
  Rgb fill_;
  std::optional<Interpolation> interpolation_;
  int side_px_;
  std::vector<const AugmentOp*> ops_;
  std::vector<double> weights_;
};

}  // namespace yardstick
