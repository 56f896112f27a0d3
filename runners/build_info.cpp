#include "runners/build_info.h"

#include "runners/build_flags.h"
#include "runners/git_info.h"

namespace yardstick {

const BuildInfo& build_info() {
  static const BuildInfo info = {
      YARDSTICK_GIT_COMMIT,
      YARDSTICK_GIT_DIRTY,
      YARDSTICK_BUILD_TYPE,
      YARDSTICK_COMPILER,
      YARDSTICK_COMPILE_FLAGS,
      YARDSTICK_SANITIZERS,
#ifdef __OPTIMIZE__
      true,
#else
      false,
#endif
  };
  return info;
}

}  // namespace yardstick
