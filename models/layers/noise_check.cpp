#include "models/layers/noise_check.h"

#include <yardstick/error.h>

namespace yardstick::layers {

void require_noise(const at::Tensor& noise, std::int64_t samples, std::int64_t units,
                   const std::string& model) {
  if (noise.defined() && noise.sizes() == at::IntArrayRef({samples, units})) return;
  throw_user(concat(model, " takes noise of shape [", samples, ", ", units, "], not ",
                    noise.defined() ? concat(noise.sizes()) : std::string("nothing")),
             "give one number for each part that is kept or removed");
}

}  // namespace yardstick::layers
