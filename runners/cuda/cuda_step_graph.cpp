#include "runners/cuda/cuda_step_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <exception>

namespace yardstick {
namespace {

class CudaStepGraph final : public StepGraph {
 public:
  explicit CudaStepGraph(std::unique_ptr<at::cuda::CUDAGraph> graph) : graph_(std::move(graph)) {}
  ~CudaStepGraph() override { C10_CUDA_CHECK_WARN(cudaDeviceSynchronize()); }  // it may still run
  void replay() override { graph_->replay(); }

 private:
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

std::string reason_of(const std::exception& error) {
  const auto* of_torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
  return text.substr(0, text.find('\n'));
}

// Records `step` in the current stream. Throws what the step throws, with the stream and the
// allocator out of capture again.
void record(at::cuda::CUDAGraph& graph, c10::DeviceIndex device,
            const std::function<void()>& step) {
  const at::cuda::MempoolId_t pool = at::cuda::graph_pool_handle();
  // Other threads (samplers) may call CUDA in the meantime.
  graph.capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  try {
    step();
    graph.capture_end();
  } catch (...) {
    const std::exception_ptr first = std::current_exception();
    cudaGraph_t broken = nullptr;
    // Both fail where capture_end came so far itself.
    static_cast<void>(
        cudaStreamEndCapture(c10::cuda::getCurrentCUDAStream(device).stream(), &broken));
    if (broken != nullptr) C10_CUDA_CHECK_WARN(cudaGraphDestroy(broken));
    static_cast<void>(cudaGetLastError());
    try {
      c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool);
    } catch (const c10::Error&) {
    }
    std::rethrow_exception(first);
  }
}

}  // namespace

std::unique_ptr<StepGraph> capture_cuda_graph(c10::DeviceIndex device,
                                              const std::function<void()>& step,
                                              std::string& why_not) {
  constexpr int kStepsBefore = 3;  // libraries choose algorithms and take workspaces in the first
  auto graph = std::make_unique<at::cuda::CUDAGraph>();
  try {
    c10::cuda::device_synchronize();
    const c10::cuda::CUDAStreamGuard guard(
        c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device));
    for (int i = 0; i < kStepsBefore; ++i) step();
    c10::cuda::device_synchronize();
    record(*graph, device, step);
    c10::cuda::device_synchronize();
  } catch (const std::exception& error) {
    why_not = reason_of(error);
    c10::cuda::CUDACachingAllocator::emptyCache();
    return nullptr;
  }
  return std::make_unique<CudaStepGraph>(std::move(graph));
}

}  // namespace yardstick
