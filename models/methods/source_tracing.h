#pragma once

namespace yardstick {

// Whether a pass keeps TokenState::source, which first tokens each token holds.
enum class SourceTracing { kOff, kOn };

}  // namespace yardstick
