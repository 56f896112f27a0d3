// libFuzzer entry: any bytes must give a checkpoint or a Data error. Built with clang and
// -DYARDSTICK_BUILD_FUZZERS=ON.
//   checkpoint_fuzz -max_len=65536 -rss_limit_mb=512 CORPUS tests/fuzz/seeds

#include "tests/fuzz/checkpoint_input.h"

#include <yardstick/error.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    yardstick::test::read_untrusted({reinterpret_cast<const char*>(data), size});
  } catch (const yardstick::Error& error) {
    if (error.kind() != yardstick::ErrorKind::kData) std::abort();
  }
  return 0;
}
