#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>
#include <yardstick/model.h>

namespace yardstick {

// Pictures of what a masked auto-encoder saw and made of it, in the input's shape and normalisation.
struct Reconstruction {
  at::Tensor masked;         // the input with removed pixels at 0, the mean colour
  at::Tensor reconstructed;  // predictions where pixels were removed, the input elsewhere
};

// The capability of models that learn by predicting removed parts of their input (MAE, arXiv
// 2111.06377; its video form, 2205.09113; Hiera, 2306.00989).
class YS_API MaskedPretrainer {
 public:
  virtual ~MaskedPretrainer();
  // How many parts of an input are kept or removed as a whole: tokens, or Hiera's mask units.
  virtual std::int64_t mask_units() const = 0;
  // The official default for this model, in (0, 1).
  virtual double default_mask_ratio() const = 0;
  // `noise` is [N, mask_units()], uniform in [0, 1); the int(units * (1 - mask_ratio)) units of
  // least noise are kept. Returns the mean loss, a scalar with its graph. `tap` may be null; it gets
  // "loss", "pred", "mask", "latent" and the other official outputs and activations by their names.
  // Throws User where no unit would be kept or none removed.
  virtual at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double mask_ratio,
                              ActivationTap* tap) = 0;
  // The same pass as pictures. Predictions of normalised patches get their patch's own mean and
  // deviation back.
  virtual Reconstruction reconstruct(const at::Tensor& input, const at::Tensor& noise,
                                     double mask_ratio) = 0;
};

}  // namespace yardstick
