#pragma once

#include "tasks/io/resize.h"

namespace yardstick {

// The AVX2 variant, or null on a processor without it.
const ResizeKernels* avx2_resize_kernels();

}  // namespace yardstick
