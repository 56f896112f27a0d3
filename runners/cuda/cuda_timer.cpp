#include "runners/cuda/cuda_timer.h"

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>

namespace yardstick {

CudaTimer::~CudaTimer() {
  for (const EventPair& pair : ring_) {
    C10_CUDA_CHECK_WARN(cudaEventDestroy(pair.start));
    C10_CUDA_CHECK_WARN(cudaEventDestroy(pair.stop));
  }
}

void CudaTimer::start() {
  if (used_ == ring_.size()) {
    EventPair& pair = ring_.emplace_back();
    C10_CUDA_CHECK(cudaEventCreate(&pair.start));
    C10_CUDA_CHECK(cudaEventCreate(&pair.stop));
  }
  C10_CUDA_CHECK(cudaEventRecord(
      ring_[used_].start,
      c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device_)).stream()));
}

void CudaTimer::stop() {
  C10_CUDA_CHECK(cudaEventRecord(
      ring_[used_].stop,
      c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device_)).stream()));
  ++used_;
}

std::vector<double> CudaTimer::collect() {
  std::vector<double> seconds;
  seconds.reserve(used_);
  for (std::size_t i = 0; i < used_; ++i) {
    C10_CUDA_CHECK(cudaEventSynchronize(ring_[i].stop));
    float milliseconds = 0;
    C10_CUDA_CHECK(cudaEventElapsedTime(&milliseconds, ring_[i].start, ring_[i].stop));
    seconds.push_back(static_cast<double>(milliseconds) / 1000);
  }
  used_ = 0;
  return seconds;
}

}  // namespace yardstick
