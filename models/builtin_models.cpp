#include "models/builtin_models.h"

#include "models/hiera/hiera_variants.h"
#include "models/mae/mae_variants.h"
#include "models/mae_st/mae_st_variants.h"
#include "models/methods/diffrate/diffrate.h"
#include "models/methods/linear_probe.h"
#include "models/methods/pitome/pitome.h"
#include "models/methods/tome/tome.h"
#include "models/mvit/mvit_variants.h"
#include "models/rev_mvit/rev_mvit_variants.h"
#include "models/rev_vit/rev_vit_variants.h"
#include "models/vit/vit_variants.h"

namespace yardstick {

void register_builtin_models(Registrar& registrar) {
  register_hiera(registrar);
  register_mae(registrar);
  register_mae_st(registrar);
  register_mvit(registrar);
  register_rev_mvit(registrar);
  register_rev_vit(registrar);
  register_vit(registrar);

  register_diffrate(registrar);
  register_linear_probe(registrar);
  register_pitome(registrar);
  register_tome(registrar);
}

}  // namespace yardstick
