#pragma once

namespace yardstick {

// The types that kernels read and write tokens in; all of them add up in float.
enum class ElementType { kFloat32, kFloat16, kBFloat16 };

}  // namespace yardstick
