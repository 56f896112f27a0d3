#include "tests/cuda/gpu.h"

#include <dlfcn.h>

namespace yardstick::test {

DeviceBackend* gpu() {
  static const std::unique_ptr<DeviceBackend> kDevice =
      dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr ? open_device("cuda") : nullptr;
  return kDevice.get();
}

}  // namespace yardstick::test
