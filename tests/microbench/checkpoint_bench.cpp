#include "tests/support/temp_dir.h"

#include <yardstick/checkpoint.h>
#include <yardstick/error.h>
#include <yardstick/tensor_file.h>

#include <ATen/ATen.h>

#include <benchmark/benchmark.h>

#include <string>

namespace yardstick {
namespace {

// As many tensors as ViT-B has, about. Opening maps a file and reads names and shapes, so their
// size does not matter.
TensorMap state_dict() {
  TensorMap tensors;
  for (int block = 0; block < 12; ++block) {
    for (int i = 0; i < 12; ++i) {
      tensors[concat("blocks.", block, ".tensor", i)] = at::zeros({64, 64});
    }
  }
  return tensors;
}

void open_safetensors(benchmark::State& state) {
  const test::TempDir folder;
  const std::string path = folder.file("weights.safetensors");
  write_safetensors(path, state_dict());
  for (auto _ : state) benchmark::DoNotOptimize(CheckpointFile(path));
}
BENCHMARK(open_safetensors);

void open_torch_zip(benchmark::State& state) {
  const test::TempDir folder;
  const std::string path = folder.file("weights.pth");
  write_torch_checkpoint(path, state_dict());
  for (auto _ : state) benchmark::DoNotOptimize(CheckpointFile(path));
}
BENCHMARK(open_torch_zip);

// All tensors as views of the mapped file.
void read_safetensors_file(benchmark::State& state) {
  const test::TempDir folder;
  const std::string path = folder.file("weights.safetensors");
  write_safetensors(path, state_dict());
  for (auto _ : state) benchmark::DoNotOptimize(read_safetensors(path));
}
BENCHMARK(read_safetensors_file);

}  // namespace
}  // namespace yardstick
