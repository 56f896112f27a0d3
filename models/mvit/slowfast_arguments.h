#pragma once

#include "models/mvit/mvit_config.h"

#include <yardstick/golden.h>

namespace yardstick {

// The network that a case's config describes: PySlowFast's tree of settings, whose sections MODEL,
// DATA and MVIT are read here and MVIT.REV by the caller. Throws Data, naming the setting, on what
// is not implemented and what the official class does not build either.
MvitConfig slowfast_config(const GoldenCase& golden);

}  // namespace yardstick
