#pragma once

#include "runners/device.h"

#include <c10/core/Device.h>

#include <functional>
#include <memory>
#include <string>

namespace yardstick {

// DeviceBackend::capture with a CUDA graph. The step is run and recorded in a stream of its own;
// the graph's memory is a pool apart.
std::unique_ptr<StepGraph> capture_cuda_graph(c10::DeviceIndex device,
                                              const std::function<void()>& step,
                                              std::string& why_not);

}  // namespace yardstick
