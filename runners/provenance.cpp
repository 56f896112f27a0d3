#include "runners/provenance.h"

#include "runners/build_info.h"
#include "runners/process/cpu_list.h"

#include <yardstick/error.h>
#include <yardstick/sha256.h>
#include <yardstick/version.h>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/headeronly/version.h>

#include <sys/utsname.h>

#include <fstream>
#include <string_view>
#include <thread>

namespace yardstick {
namespace {

void add(Provenance& provenance, const char* key, std::string value) {
  if (!value.empty()) provenance[key] = std::move(value);
}

// The value behind the first `key` of a file of "key separator value" lines.
std::string field_of(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    std::size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    at = line.find_first_not_of(" \t\"", at + 1);
    if (at == std::string::npos) return {};
    const std::size_t end = line.find_last_not_of(" \t\"");
    return line.substr(at, end - at + 1);
  }
  return {};
}

std::string first_line(const char* path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

std::string memory_bytes() {
  const std::string text = field_of("/proc/meminfo", "MemTotal", ':');  // "24680000 kB"
  if (text.empty()) return {};
  return std::to_string(std::stoll(text) * 1024);
}

// Hashed once: a sweep makes many records, and the file does not change under a running process.
const std::string& binary_sha256() {
  static const std::string hash = [] {
    try {
      return sha256_of_file("/proc/self/exe");
    } catch (const Error&) {
      return std::string();
    }
  }();
  return hash;
}

std::string flag_text(bool value) { return value ? "true" : "false"; }

}  // namespace

void describe_host(Provenance& provenance) {
  const BuildInfo& build = build_info();
  add(provenance, "yardstick", YARDSTICK_VERSION);
  add(provenance, "git_commit", build.git_commit);
  add(provenance, "git_dirty", build.git_dirty);
  add(provenance, "build_type", build.build_type);
  add(provenance, "compiler", build.compiler);
  add(provenance, "compile_flags", build.flags);
  add(provenance, "sanitizers", build.sanitizers);
  add(provenance, "libtorch", TORCH_VERSION);
  add(provenance, "binary_sha256", binary_sha256());

  add(provenance, "cpu_model", field_of("/proc/cpuinfo", "model name", ':'));
  add(provenance, "cpu_capability", at::get_cpu_capability());
  add(provenance, "cpu_threads", std::to_string(std::thread::hardware_concurrency()));
  add(provenance, "cpu_affinity", cpu_list_text(allowed_cpus()));
  add(provenance, "cpu_governor",
      first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"));
  add(provenance, "memory_bytes", memory_bytes());
  add(provenance, "os", field_of("/etc/os-release", "PRETTY_NAME", '='));
  if (utsname name{}; uname(&name) == 0) {
    add(provenance, "kernel", concat(name.sysname, " ", name.release, " ", name.machine));
  }
}

void describe_numerics(Provenance& provenance) {
  const at::Context& context = at::globalContext();
  provenance["threads_intra"] = std::to_string(at::get_num_threads());
  provenance["threads_inter"] = std::to_string(at::get_num_interop_threads());
  provenance["tf32"] =
      flag_text(context.float32Precision(at::Float32Backend::CUDA, at::Float32Op::MATMUL) ==
                at::Float32Precision::TF32);
  provenance["cudnn_benchmark"] = flag_text(context.benchmarkCuDNN());
  provenance["deterministic"] = flag_text(context.deterministicAlgorithms());

  std::string backends;
  const auto add_backend = [&](bool is_enabled, const char* name) {
    if (!is_enabled) return;
    if (!backends.empty()) backends += ',';
    backends += name;
  };
  add_backend(context.userEnabledFlashSDP(), "flash");
  add_backend(context.userEnabledMemEfficientSDP(), "mem_efficient");
  add_backend(context.userEnabledCuDNNSDP(), "cudnn");
  add_backend(context.userEnabledMathSDP(), "math");
  provenance["sdpa_backends"] = backends;
}

std::vector<std::string> build_flags_against_leaderboards() {
  std::vector<std::string> flags;
  if (!build_info().is_optimised || build_info().build_type == "Debug") {
    flags.push_back("debug_build");
  }
  if (!build_info().sanitizers.empty()) flags.push_back("sanitizer_build");
  return flags;
}

}  // namespace yardstick
