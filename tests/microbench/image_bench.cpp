#include "tasks/io/image_decoder.h"
#include "tasks/io/resize.h"
#include "tasks/io/transforms.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <benchmark/benchmark.h>

#include <span>
#include <string>
#include <vector>

namespace yardstick {
namespace {

// A photograph of 640 x 427 pixels.
std::string photograph() {
  return test::read_file(test::source_path("tasks/data/photos/china.jpg"));
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void jpeg_decode(benchmark::State& state) {
  const std::string file = photograph();
  for (auto _ : state) benchmark::DoNotOptimize(decode_image(bytes_of(file)));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(jpeg_decode)->Unit(benchmark::kMillisecond);

void resize(benchmark::State& state, const ResizeKernels& kernels) {
  const std::string file = photograph();
  const Image image = decode_image(bytes_of(file));
  state.SetLabel(kernels.name);
  for (auto _ : state) {
    benchmark::DoNotOptimize(resize_image(image, 383, 256, Interpolation::kBicubic, kernels));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(resize, best, best_resize_kernels())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(resize, portable, portable_resize_kernels())->Unit(benchmark::kMillisecond);

// From the file's bytes to the normalised tensor of an ImageNet evaluation.
void decode_and_preprocess(benchmark::State& state) {
  const std::string file = photograph();
  const Preprocessing preprocessing;
  Preprocessor preprocessor(preprocessing);
  const auto side = static_cast<std::size_t>(preprocessing.crop_px);
  std::vector<float> chw(3 * side * side);
  for (auto _ : state) {
    const auto decoder = open_image(bytes_of(file));
    preprocessor.run(*decoder,
                     evaluation_plan(decoder->width_px(), decoder->height_px(), preprocessing),
                     chw.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_and_preprocess)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yardstick
