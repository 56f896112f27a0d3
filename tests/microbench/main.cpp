// Hot paths, one thread each. Speeds of whole models come from `yardstick bench`, which controls
// for more than a micro-benchmark does.

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/InferenceMode.h>

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  at::set_num_threads(1);
  benchmark::AddCustomContext("intra-op threads", "1");
  benchmark::AddCustomContext("vector extension", at::get_cpu_capability());
  const c10::InferenceMode inference_mode;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
