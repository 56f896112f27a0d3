#include "runners/cuda/cuda_step_graph.h"
#include "runners/cuda/cuda_timer.h"
#include "runners/cuda/free_memory.h"
#include "runners/cuda/l2_flush.h"
#include "runners/cuda/nvml.h"
#include "runners/device.h"

#include <yardstick/error.h>

#include <ATen/Context.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

namespace yardstick {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;
constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);

std::string pci_bus_id(int index) {
  char text[32] = {};
  if (cudaDeviceGetPCIBusId(text, sizeof text, index) != cudaSuccess) return {};
  return text;
}

// 13000 as "13.0".
std::string cuda_version_text(int version) {
  return concat(version / 1000, ".", version % 1000 / 10);
}

class CudaBackend final : public DeviceBackend {
 public:
  explicit CudaBackend(c10::DeviceIndex index) : index_(index), nvml_(pci_bus_id(index)) {
    at::globalContext().lazyInitDevice(c10::DeviceType::CUDA);
    c10::cuda::set_device(index_);
  }
  ~CudaBackend() override {
    if (flush_buffer_ != nullptr) C10_CUDA_CHECK_WARN(cudaFree(flush_buffer_));
  }
  CudaBackend(const CudaBackend&) = delete;
  CudaBackend& operator=(const CudaBackend&) = delete;

  c10::Device device() const override { return {c10::DeviceType::CUDA, index_}; }
  void synchronize() override { c10::cuda::device_synchronize(); }
  std::unique_ptr<StepTimer> make_timer() override { return std::make_unique<CudaTimer>(index_); }

  void reset_peak_memory() override {
    allocator::resetPeakStats(index_);
    allocated_before_ = allocator::getDeviceStats(index_).allocated_bytes[kAll].current;
    free_memory_.emplace(index_);
  }

  DeviceMemory memory() override {
    const auto stats = allocator::getDeviceStats(index_);
    const std::int64_t dip = free_memory_ ? free_memory_->dip_bytes() : 0;
    free_memory_.reset();
    return {stats.allocated_bytes[kAll].peak - allocated_before_, stats.reserved_bytes[kAll].peak,
            nvml_.process_bytes(), dip};
  }

  void release_cached_memory() override { allocator::emptyCache(); }

  std::int64_t allocator_segments() override {
    return allocator::getDeviceStats(index_).num_device_alloc;
  }

  void describe(Provenance& provenance) override {
    const cudaDeviceProp& properties = *at::cuda::getDeviceProperties(index_);
    provenance["gpu_name"] = properties.name;
    provenance["gpu_memory_bytes"] = std::to_string(properties.totalGlobalMem);
    provenance["gpu_compute_capability"] = concat(properties.major, ".", properties.minor);
    provenance["gpu_sms"] = std::to_string(properties.multiProcessorCount);
    int version = 0;
    if (cudaRuntimeGetVersion(&version) == cudaSuccess) {
      provenance["cuda"] = cuda_version_text(version);
    }
    if (cudaDriverGetVersion(&version) == cudaSuccess) {
      provenance["cuda_driver"] = cuda_version_text(version);
    }
    if (at::detail::getCUDAHooks().hasCuDNN()) {
      provenance["cudnn"] = std::to_string(at::detail::getCUDAHooks().versionRuntimeCuDNN());
    }
    nvml_.describe(provenance);
  }

  std::int64_t cache_bytes() override { return at::cuda::getDeviceProperties(index_)->l2CacheSize; }

  void flush_cache() override {
    const std::int64_t bytes = 2 * cache_bytes();
    // Outside LibTorch's allocator, whose statistics it must not change.
    if (flush_buffer_ == nullptr) {
      C10_CUDA_CHECK(cudaMalloc(&flush_buffer_, static_cast<std::size_t>(bytes)));
    }
    C10_CUDA_CHECK(
        overwrite(flush_buffer_, bytes, c10::cuda::getCurrentCUDAStream(index_).stream()));
  }

  DeviceSensors* sensors() override { return &nvml_; }

  bool replays_graphs() const override { return true; }

  std::unique_ptr<StepGraph> capture(const std::function<void()>& step,
                                     std::string& why_not) override {
    release_cached_memory();  // the graph's pool lies beside the cache
    return capture_cuda_graph(index_, step, why_not);
  }

 private:
  c10::DeviceIndex index_;
  Nvml nvml_;
  std::int64_t allocated_before_ = 0;
  std::optional<FreeMemoryWatch> free_memory_;
  void* flush_buffer_ = nullptr;
};

}  // namespace
}  // namespace yardstick

extern "C" YS_API yardstick::DeviceBackend* yardstick_open_cuda_backend(int index,
                                                                        std::string& why_not) {
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
    why_not = cudaGetErrorString(error);
    return nullptr;
  }
  if (index >= count) {
    why_not = yardstick::concat("there is no GPU ", index, ", the last is ", count - 1);
    return nullptr;
  }
  try {
    return new yardstick::CudaBackend(static_cast<c10::DeviceIndex>(index));
  } catch (const c10::Error& error) {
    why_not = error.what_without_backtrace();
    why_not = why_not.substr(0, why_not.find('\n'));
    return nullptr;
  }
}
