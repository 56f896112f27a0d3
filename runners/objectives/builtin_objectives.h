#pragma once

#include "runners/objectives/distillation.h"

#include <yardstick/registry.h>

namespace yardstick {

// Registers supervised, masked_autoencoding and distillation, whose teacher `load_teacher` builds.
void register_builtin_objectives(Registrar& registrar, TeacherLoader load_teacher);

}  // namespace yardstick
