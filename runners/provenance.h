#pragma once

#include <yardstick/run.h>

#include <string>
#include <vector>

namespace yardstick {

// Adds what is known of the build and the machine:
//   yardstick, git_commit, git_dirty, build_type, compiler, compile_flags, sanitizers, libtorch,
//   binary_sha256, cpu_model, cpu_capability, cpu_threads, cpu_affinity, cpu_governor,
//   memory_bytes, os, kernel
// An unknown fact is left out.
void describe_host(Provenance& provenance);

// Adds the process-wide numeric settings in force:
//   threads_intra, threads_inter, tf32, cudnn_benchmark, deterministic, sdpa_backends
void describe_numerics(Provenance& provenance);

// Flags that a build which must not be compared carries: "debug_build", "sanitizer_build". Empty
// for a sound one.
std::vector<std::string> build_flags_against_leaderboards();

}  // namespace yardstick
