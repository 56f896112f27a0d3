// libFuzzer entry: any bytes must give an image or a Data error.
//   image_decoder_fuzz -max_len=65536 CORPUS tests/golden/preprocess/images

#include "tasks/io/transforms.h"

#include <yardstick/error.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace yardstick;
  const Preprocessing preprocessing = {.crop_px = 16};
  std::vector<float> out(3 * 16 * 16);
  try {
    const auto decoder = open_image(std::span(data, size));
    const int width = decoder->width_px();
    const int height = decoder->height_px();
    // Filling in a huge image for a few bytes is slow, not wrong.
    if (static_cast<std::int64_t>(width) * height > 1'000'000) return 0;
    Preprocessor(preprocessing)
        .run(*decoder, evaluation_plan(width, height, preprocessing), out.data());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kData) std::abort();
  }
  return 0;
}
