#pragma once

#include "runners/device.h"

#include <cuda_runtime_api.h>

#include <vector>

namespace yardstick {

// An event pair a step in the current stream. The host never waits before collect(); events are
// made once and used again.
class CudaTimer final : public StepTimer {
 public:
  explicit CudaTimer(int device) : device_(device) {}
  ~CudaTimer() override;
  CudaTimer(const CudaTimer&) = delete;
  CudaTimer& operator=(const CudaTimer&) = delete;

  void start() override;
  void stop() override;
  std::vector<double> collect() override;

 private:
  struct EventPair {
    cudaEvent_t start = nullptr;
    cudaEvent_t stop = nullptr;
  };

  int device_;
  std::vector<EventPair> ring_;
  std::size_t used_ = 0;
};

}  // namespace yardstick
