#include "runners/device.h"

#include "runners/cpu_memory.h"
#include "runners/device_choice.h"

#include <yardstick/error.h>

#include <dlfcn.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <utility>

namespace yardstick {
namespace {

namespace fs = std::filesystem;

class CpuTimer final : public StepTimer {
 public:
  void start() override { started_ = Clock::now(); }
  void stop() override {
    seconds_.push_back(std::chrono::duration<double>(Clock::now() - started_).count());
  }
  std::vector<double> collect() override { return std::exchange(seconds_, {}); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point started_;
  std::vector<double> seconds_;
};

class CpuBackend final : public DeviceBackend {
 public:
  c10::Device device() const override { return c10::kCPU; }
  void synchronize() override {}
  std::unique_ptr<StepTimer> make_timer() override { return std::make_unique<CpuTimer>(); }

  void reset_peak_memory() override {
    reset_peak_resident();
    counter_.emplace();
  }

  DeviceMemory memory() override {
    DeviceMemory memory;
    memory.process_bytes = peak_resident_bytes();
    if (counter_) memory.peak_allocated_bytes = counter_->peak_bytes();
    counter_.reset();
    return memory;
  }

  void release_cached_memory() override {}
  std::int64_t allocator_segments() override { return 0; }
  void describe(Provenance&) override {}

 private:
  std::optional<CpuAllocationCounter> counter_;
};

// Number of GPUs according to the driver alone, without loading LibTorch's CUDA libraries.
int count_gpus() {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) return 0;
  const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto get_count = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
  int count = 0;
  if (init == nullptr || get_count == nullptr || init(0) != 0 || get_count(&count) != 0) return 0;
  return count;
}

// Where libyardstick_cuda.so may lie: beside libyardstick_registry.so, in ../lib of the executable,
// or in the executable's own folder.
std::vector<fs::path> backend_places() {
  std::vector<fs::path> places;
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&throw_user), &info) != 0 && info.dli_fname != nullptr) {
    places.push_back(fs::path(info.dli_fname).parent_path());
  }
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    places.push_back(executable.parent_path().parent_path() / "lib");
    places.push_back(executable.parent_path());
  }
  return places;
}

std::optional<fs::path> find_backend() {
  for (const fs::path& place : backend_places()) {
    const fs::path file = place / "libyardstick_cuda.so";
    std::error_code error;
    if (fs::exists(file, error)) return file;
  }
  return std::nullopt;
}

std::unique_ptr<DeviceBackend> open_cuda(int index) {
  const auto file = find_backend();
  if (!file) {
    throw_environment("this build has no CUDA backend (no libyardstick_cuda.so beside it)",
                      "build with a CUDA LibTorch and YARDSTICK_WITH_CUDA=ON, or use --device cpu");
  }
  // Never closed: LibTorch's CUDA libraries register themselves for the life of the process.
  void* library = dlopen(file->c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    throw_environment(concat("no CUDA device: ", dlerror()),
                      "LibTorch's CUDA libraries must lie where they were at build time, or on "
                      "LD_LIBRARY_PATH");
  }
  const auto entry = reinterpret_cast<CudaBackendEntry>(dlsym(library, kCudaBackendEntry));
  if (entry == nullptr) {
    throw_environment(concat("no CUDA device: ", file->string(), " is of another build"),
                      "build and install again");
  }
  std::string why_not;
  std::unique_ptr<DeviceBackend> backend(entry(index, why_not));
  if (backend == nullptr) {
    throw_environment(concat("no CUDA device: ", why_not),
                      "`yardstick doctor` shows what is there; --device cpu runs without a GPU");
  }
  return backend;
}

}  // namespace

bool auto_device_is_gpu() { return count_gpus() > 0 && find_backend().has_value(); }

std::unique_ptr<DeviceBackend> open_device(const std::string& name) {
  if (name == "cpu") return std::make_unique<CpuBackend>();
  if (name == "auto") {
    if (auto_device_is_gpu()) return open_cuda(0);
    return std::make_unique<CpuBackend>();
  }
  if (name == "cuda") return open_cuda(0);
  if (name.starts_with("cuda:")) {
    int index = 0;
    const char* const begin = name.data() + 5;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(begin, end, index);
    if (error == std::errc() && stop == end && begin != end && index >= 0) return open_cuda(index);
  }
  throw_user(concat("no device is named ", name), "devices are auto, cpu, cuda and cuda:N");
}

}  // namespace yardstick
