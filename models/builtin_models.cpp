#include "models/builtin_models.h"

#include "models/hiera/hiera_variants.h"
#include "models/mae/mae_variants.h"
#include "models/mae_st/mae_st_variants.h"
#include "models/methods/linear_probe.h"
#include "models/vit/vit_variants.h"

namespace yardstick {

void register_builtin_models(Registrar& registrar) {
  register_hiera(registrar);
  register_mae(registrar);
  register_mae_st(registrar);
  register_vit(registrar);

  register_linear_probe(registrar);
}

}  // namespace yardstick
