#include "runners/objectives/builtin_objectives.h"

#include "runners/objectives/macs_budget.h"
#include "runners/objectives/masked_autoencoding.h"
#include "runners/objectives/supervised.h"

#include <utility>

namespace yardstick {

void register_builtin_objectives(Registrar& registrar, TeacherLoader load_teacher) {
  register_supervised(registrar);
  register_masked_autoencoding(registrar);
  register_macs_budget(registrar);
  register_distillation(registrar, std::move(load_teacher));
}

}  // namespace yardstick
