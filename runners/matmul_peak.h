#pragma once

#include "runners/device.h"
#include "runners/numerics.h"

namespace yardstick {

// FLOPs a second (two a multiply-accumulate) of the fastest of several square matrix products on
// random numbers in `precision`, under the numeric settings in force. Takes under a second, once a
// process, device, precision and number of threads.
double matmul_peak(DeviceBackend& device, Precision precision);

}  // namespace yardstick
