#include "models/common_preprocessing.h"

namespace yardstick {

Preprocessing digits_preprocessing(std::int64_t image_px) {
  Preprocessing preprocessing;
  preprocessing.crop_px = image_px;
  preprocessing.crop_pct = 1.0;
  preprocessing.mean = {0.1307, 0.1307, 0.1307};
  preprocessing.std = {0.3081, 0.3081, 0.3081};
  return preprocessing;
}

Preprocessing kinetics_preprocessing(std::int64_t image_px) {
  Preprocessing preprocessing;
  preprocessing.crop_px = image_px;
  preprocessing.interpolation = Interpolation::kBilinear;
  preprocessing.mean = {0.45, 0.45, 0.45};
  preprocessing.std = {0.225, 0.225, 0.225};
  return preprocessing;
}

}  // namespace yardstick
