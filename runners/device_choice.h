#pragma once

namespace yardstick {

// Whether open_device("auto") takes a GPU, found out without opening one or loading LibTorch's CUDA
// libraries: for commands whose children do the measuring.
bool auto_device_is_gpu();

}  // namespace yardstick
